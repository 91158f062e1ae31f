/** Providers that are asked one thing with a key: whose it is, or what it may act on. */
import { Effect } from "effect"
import { type Answer, json } from "../Answer.ts"
import { accountOf } from "./keyAccount.ts"
import { bearerOf, type Context, type Route } from "./ProviderRoute.ts"
import type { KeyAccount } from "./World.ts"

interface Question {
  readonly name: string
  readonly host: string
  readonly methods?: ReadonlyArray<string>
  readonly path: RegExp
  /** The header that holds the key; as a bearer token, when there is none. */
  readonly header?: string
  readonly good: (account: KeyAccount, context: Context) => unknown
  readonly refused: Answer
  /** For a key with `limited` in it, which is good and may not ask this. */
  readonly limited?: Answer
}

const numeric = ({ id }: KeyAccount): number | string => (/^\d{1,15}$/.test(id) ? Number(id) : id)

const google401 = json(401, {
  error: { code: 401, message: "Request had invalid authentication credentials.", status: "UNAUTHENTICATED" }
})
const google403 = json(403, {
  error: { code: 403, message: "Request had insufficient authentication scopes.", status: "PERMISSION_DENIED" }
})
const supabase401 = json(401, { message: "Unauthorized" })
const forbidden = json(403, { error: { message: "The key may not do this." } })

const questions: ReadonlyArray<Question> = [
  {
    name: "openai.models",
    host: "api.openai.com",
    path: /^\/v1\/models$/,
    good: () => ({
      object: "list",
      data: [{ id: "gpt-simulated", object: "model", created: 0, owned_by: "simulated" }]
    }),
    refused: json(401, {
      error: { message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" }
    }),
    limited: forbidden
  },
  {
    name: "anthropic.models",
    host: "api.anthropic.com",
    path: /^\/v1\/models$/,
    header: "x-api-key",
    good: () => ({ data: [{ type: "model", id: "claude-simulated" }], has_more: false }),
    refused: json(401, { type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } }),
    limited: forbidden
  },
  {
    name: "openrouter.key",
    host: "openrouter.ai",
    path: /^\/api\/v1\/key$/,
    good: () => ({ data: { label: "simulated", usage: 0, limit: null, is_free_tier: true } }),
    refused: json(401, { error: { code: 401, message: "No auth credentials found" } })
  },
  {
    name: "gemini.models",
    host: "generativelanguage.googleapis.com",
    path: /^\/v1beta\/models$/,
    header: "x-goog-api-key",
    good: () => ({ models: [{ name: "models/gemini-simulated" }] }),
    refused: json(400, {
      error: { code: 400, message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT" }
    })
  },
  {
    name: "elevenlabs.user",
    host: "api.elevenlabs.io",
    path: /^\/v1\/user$/,
    header: "xi-api-key",
    good: ({ id, name }) => ({ user_id: id, first_name: name, subscription: { tier: "free" } }),
    refused: json(401, { detail: { status: "invalid_api_key", message: "Invalid API key" } }),
    limited: json(401, { detail: { status: "missing_permissions", message: "The key lacks user_read" } })
  },
  {
    name: "assemblyai.transcripts",
    host: "api.assemblyai.com",
    path: /^\/v2\/transcript$/,
    header: "authorization",
    good: () => ({ page_details: { limit: 1, result_count: 0 }, transcripts: [] }),
    refused: json(401, { error: "Authentication error, API token missing/invalid" })
  },
  {
    name: "stripe.account",
    host: "api.stripe.com",
    path: /^\/v1\/account$/,
    good: ({ id, name }) => ({
      id: id.startsWith("acct_") ? id : `acct_${id}`,
      object: "account",
      settings: { dashboard: { display_name: name, timezone: "Etc/UTC" } }
    }),
    refused: json(401, { error: { type: "invalid_request_error", message: "Invalid API Key provided" } }),
    limited: forbidden
  },
  {
    name: "slack.auth.test",
    host: "slack.com",
    methods: ["GET", "POST"],
    path: /^\/api\/auth\.test$/,
    good: ({ id, name }) => ({
      ok: true,
      url: "https://simulated.slack.com/",
      team: name,
      team_id: `T${id}`,
      user: "simulated",
      user_id: "U1"
    }),
    refused: json(200, { ok: false, error: "invalid_auth" })
  },
  {
    name: "github.user",
    host: "api.github.com",
    path: /^\/user$/,
    good: (account) => ({ login: account.name.toLowerCase().replaceAll(" ", "-"), id: numeric(account), type: "User" }),
    refused: json(401, { message: "Bad credentials", status: "401" })
  },
  {
    name: "google.userinfo",
    host: "openidconnect.googleapis.com",
    path: /^\/v1\/userinfo$/,
    good: ({ id, name }) => ({ sub: id, name, email: `${id}@simulated.example`, email_verified: true }),
    refused: google401,
    limited: google403
  },
  {
    name: "gmail.profile",
    host: "gmail.googleapis.com",
    path: /^\/gmail\/v1\/users\/me\/profile$/,
    good: ({ id }) => ({ emailAddress: `${id}@simulated.example`, messagesTotal: 1, threadsTotal: 1, historyId: "1" }),
    refused: google401,
    limited: google403
  },
  {
    name: "linear.graphql",
    host: "api.linear.app",
    methods: ["POST"],
    path: /^\/graphql$/,
    header: "authorization",
    good: ({ id, name }) => ({ data: { viewer: { id, name } } }),
    refused: json(401, {
      errors: [{ message: "Authentication required", extensions: { code: "AUTHENTICATION_ERROR" } }]
    })
  },
  {
    name: "supabase.organizations",
    host: "api.supabase.com",
    path: /^\/v1\/organizations$/,
    good: ({ id, name }) => [{ id, name }],
    refused: supabase401,
    limited: forbidden
  },
  {
    name: "supabase.projects",
    host: "api.supabase.com",
    path: /^\/v1\/projects$/,
    good: (account, { world }) =>
      world.settings.projects.map(({ id, name }) => ({
        id,
        ref: id,
        name,
        organization_id: account.id,
        region: "eu-central-1",
        status: "ACTIVE_HEALTHY"
      })),
    refused: supabase401,
    limited: forbidden
  },
  {
    name: "instagram.me",
    host: "graph.instagram.com",
    path: /^\/v\d+\.\d+\/me$/,
    good: ({ id, name }) => ({ user_id: id, username: name.toLowerCase().replaceAll(" ", "_"), id }),
    refused: json(400, {
      error: { message: "Invalid OAuth access token - Cannot parse access token", type: "OAuthException", code: 190 }
    })
  }
]

/** A key beside a bearer token's `Bearer ` is the same key. */
const keyOf = ({ header }: Question, { request }: Context): string =>
  (header === undefined ? bearerOf(request) : request.headers[header])?.replace(/^bearer /i, "") ?? ""

/** The provider a question is of: its accounts are the same whatever is asked. */
const providerOf = ({ name }: Question) => name.split(".")[0] ?? name

export const routes: ReadonlyArray<Route> = questions.map((question) => {
  const { good, host, limited, methods = ["GET"], name, path, refused } = question
  const account = (context: Context) => accountOf(context.world, providerOf(question), keyOf(question, context))
  return {
    name,
    host,
    methods,
    path,
    about: (context) => {
      const found = account(context)
      const absent = keyOf(question, context) === ""
      return { account: found?.id ?? null, key: absent ? "absent" : found === undefined ? "wrong" : "right" }
    },
    answer: (context) =>
      Effect.sync(() => {
        const found = account(context)
        if (found === undefined) return refused
        if (limited !== undefined && keyOf(question, context).includes("limited")) return limited
        return json(200, good(found, context))
      })
  }
})
