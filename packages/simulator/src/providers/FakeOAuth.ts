/** An OAuth 2 authorization server: consent, code, token, revocation. What differs between providers is a value. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { type Answer, bytes, json, make, redirect } from "../Answer.ts"
import type { Grant } from "./Grant.ts"
import { basicOf, type Context, type Route } from "./ProviderRoute.ts"

export interface OAuthServer {
  /** Names its routes. */
  readonly name: string
  readonly host: string
  readonly paths: { readonly authorize: string; readonly token: string; readonly revoke: string }
  readonly clientAuth: "basic" | "post"
  /** Whether a code without a challenge is given at all. */
  readonly pkce: boolean
  /** What a browser that comes back is told of who sends it. */
  readonly issuer: string | undefined
  /** What must be among the parameters of the first question. */
  readonly wants: Readonly<Record<string, string>>
  /** In seconds; for ever, when undefined. */
  readonly lifetime: number | undefined
  readonly answer: (granted: {
    readonly token: string
    readonly workspace: { readonly id: string; readonly name: string }
    readonly scope: string
  }) => Readonly<Record<string, unknown>>
}

const codeMs = 600_000

const random = () => crypto.randomUUID().replaceAll("-", "")

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (found) => `&#${found.codePointAt(0)};`)

const page = (status: number, title: string, body: string): Answer =>
  make(
    status,
    [["content-type", "text/html; charset=utf-8"]],
    bytes(`<!doctype html><html lang="en"><head><title>${escaped(title)}</title></head><body>${body}</body></html>`)
  )

const refusePage = (why: string) => page(400, "Not possible", `<h1>Not possible</h1><p>${escaped(why)}</p>`)

const linkTo = (url: URL, parameters: Readonly<Record<string, string>>, text: string) => {
  const target = new URLSearchParams(url.search)
  for (const [name, value] of Object.entries(parameters)) target.set(name, value)
  return `<p><a href="?${escaped(target.toString())}">${escaped(text)}</a></p>`
}

const consentPage = ({ url, world }: Context) =>
  page(
    200,
    "Simulated consent",
    [
      "<h1>Simulated consent</h1><p>Which workspace may the app use?</p>",
      ...world.settings.workspaces.map(({ id, name }) =>
        linkTo(url, { decision: "allow", workspace: id }, `Allow ${name}`)
      ),
      linkTo(url, { decision: "cancel" }, "Cancel")
    ].join("")
  )

/** What can not be sent back to, for it is not known who asked. */
const faultOf = (server: OAuthServer, { parameters, world }: Context): string | undefined => {
  const { clientId, redirectUris } = world.settings
  const target = parameters.get("redirect_uri") ?? ""
  if (parameters.get("client_id") !== clientId) return "There is no such client."
  if (!URL.canParse(target) || (redirectUris !== null && !redirectUris.includes(target))) {
    return "The redirect_uri is none of the client's."
  }
  const missing = Object.entries(server.wants).find(([name, value]) => parameters.get(name) !== value)
  return missing === undefined ? undefined : `${missing.join(" must be ")}.`
}

const issOf = ({ issuer }: OAuthServer, { world }: Context): Readonly<Record<string, string>> => {
  if (world.settings.iss === "wrong") return { iss: "https://attacker.example" }
  return issuer === undefined || world.settings.iss === "absent" ? {} : { iss: issuer }
}

const back = (server: OAuthServer, context: Context, said: Readonly<Record<string, string>>): Answer => {
  const { parameters } = context
  const target = new URL(parameters.get("redirect_uri") ?? "")
  const state = parameters.get("state")
  const all = { ...said, ...(state === undefined ? {} : { state }), ...issOf(server, context) }
  for (const [name, value] of Object.entries(all)) target.searchParams.set(name, value)
  return redirect(target.href)
}

const authorize = (server: OAuthServer, context: Context): Answer => {
  const { now, parameters, world } = context
  const fault = faultOf(server, context)
  if (fault !== undefined) return refusePage(fault)
  if (parameters.get("response_type") !== "code") return back(server, context, { error: "unsupported_response_type" })
  const challenge = parameters.get("code_challenge")
  if (server.pkce && (challenge === undefined || parameters.get("code_challenge_method") !== "S256")) {
    return back(server, context, { error: "invalid_request", error_description: "A code challenge is required" })
  }
  const decision = parameters.get("decision") ?? world.settings.consent
  if (decision === "ask") return consentPage(context)
  if (decision !== "allow") return back(server, context, { error: "access_denied" })
  const code = `simulated-code-${random()}`
  world.grants.set(code, {
    server: server.name,
    clientId: world.settings.clientId,
    redirectUri: parameters.get("redirect_uri") ?? "",
    workspace: parameters.get("workspace") ?? world.settings.workspace,
    scope: parameters.get("scope") ?? "",
    challenge: server.pkce ? challenge : undefined,
    expiresAt: now + codeMs,
    used: false
  })
  return back(server, context, { code })
}

const refuse = (status: number, error: string, error_description: string): Answer =>
  json(status, { error, error_description }, status === 401 ? [["www-authenticate", "Basic"]] : [])

/** Whether the client showed who it is, in the one way the server takes. */
const isClient = ({ clientAuth }: OAuthServer, { parameters, request, world }: Context): boolean => {
  const posted = [parameters.get("client_id"), parameters.get("client_secret")]
  const [id, secret] = (clientAuth === "basic" ? basicOf(request) : posted) ?? []
  return id === world.settings.clientId && secret === world.settings.clientSecret
}

const meets = (challenge: string | undefined, verifier: string | undefined): boolean =>
  challenge === undefined ||
  (verifier !== undefined && createHash("sha256").update(verifier).digest("base64url") === challenge)

/** What is wrong with a code, in the order a server looks. */
const faultOfGrant = (
  server: OAuthServer,
  grant: Grant | undefined,
  { now, parameters, world }: Context
): string | undefined => {
  if (grant === undefined || grant.server !== server.name) return "There is no such code"
  if (grant.used) return "The code was used before"
  if (now >= grant.expiresAt) return "The code is expired"
  if (grant.clientId !== world.settings.clientId) return "The code is another client's"
  if (grant.redirectUri !== parameters.get("redirect_uri")) return "The redirect_uri is not the one of the code"
  return meets(grant.challenge, parameters.get("code_verifier")) ? undefined : "The verifier does not fit"
}

const token = (server: OAuthServer, context: Context): Answer => {
  const { now, parameters, world } = context
  if (!isClient(server, context)) return refuse(401, "invalid_client", "Client authentication failed")
  if (parameters.get("grant_type") !== "authorization_code") {
    return refuse(400, "unsupported_grant_type", "Only authorization_code")
  }
  const grant = world.grants.get(parameters.get("code") ?? "")
  const fault = faultOfGrant(server, grant, context)
  if (fault !== undefined || grant === undefined) return refuse(400, "invalid_grant", fault ?? "There is no such code")
  grant.used = true
  const issued = `ntn_simulated${random()}`
  world.ledger.issue({
    token: issued,
    account: grant.workspace,
    toolkit: server.name,
    kind: server.lifetime === undefined ? "static" : "access",
    issuedAt: now,
    expiresAt: server.lifetime === undefined ? null : now + server.lifetime * 1000,
    endedAt: null
  })
  const name = world.settings.workspaces.find(({ id }) => id === grant.workspace)?.name ?? grant.workspace
  return json(200, server.answer({ token: issued, workspace: { id: grant.workspace, name }, scope: grant.scope }), [
    ["cache-control", "no-store"]
  ])
}

const revoke = (server: OAuthServer, context: Context): Answer => {
  const { now, parameters, world } = context
  if (!isClient(server, context)) return refuse(401, "invalid_client", "Client authentication failed")
  world.ledger.end(parameters.get("token") ?? "", now)
  return json(200, {})
}

const exactly = (path: string) => new RegExp(`^${path.replaceAll(".", "\\.")}$`)

/** The consent page is a browser's, so it knows no credential. */
export const routesOf = (server: OAuthServer): ReadonlyArray<Route> => {
  const { host, name, paths } = server
  const about = (context: Context) => ({
    account: null,
    key: isClient(server, context) ? ("right" as const) : ("wrong" as const)
  })
  const sync = (work: (server: OAuthServer, context: Context) => Answer) => (context: Context) =>
    Effect.sync(() => work(server, context))
  return [
    {
      name: `${name}.authorize`,
      host,
      methods: ["GET"],
      path: exactly(paths.authorize),
      about: () => ({ account: null, key: "absent" }),
      answer: sync(authorize)
    },
    { name: `${name}.token`, host, methods: ["POST"], path: exactly(paths.token), about, answer: sync(token) },
    { name: `${name}.revoke`, host, methods: ["POST"], path: exactly(paths.revoke), about, answer: sync(revoke) }
  ]
}
