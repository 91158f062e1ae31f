/** How a provider is asked about a credential, as data. What differs between providers is a value here, never a branch. */
import { Option, Schema } from "effect"

const isRegExp = (pattern: string) => Option.isSome(Option.liftThrowable(() => new RegExp(pattern))())

/** The source of a regular expression. */
export const Pattern = Schema.String.check(Schema.makeFilter(isRegExp, { expected: "a regular expression" }))

const HttpsUrl = Schema.String.check(
  Schema.isPattern(/^https:\/\/[a-z0-9.-]+(?:\/[!-~]*)?$/, { expected: "an https URL" })
)

const Path = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/, { expected: "a dotted path such as result.0.id" })
)

/** Where a text stands in an answer: `result.username`, `0.id`; of several paths the first that leads to one. */
export const Where = Schema.Union([Path, Schema.NonEmptyArray(Path)])
export type Where = typeof Where.Type

const Headers = Schema.Record(Schema.String.check(Schema.isPattern(/^[a-z0-9-]+$/)), Schema.String)

/** A question to a provider. `{credential}` stands for the credential, in the path of the URL and in values of headers. */
export const RequestRecipe = Schema.Struct({
  method: Schema.Literals(["GET", "POST"]),
  url: HttpsUrl,
  headers: Headers,
  /** Headers in place of these, for a credential of another form: the first that matches. */
  variants: Schema.optionalKey(Schema.Array(Schema.Struct({ matches: Pattern, headers: Headers }))),
  /** Sent as JSON. */
  body: Schema.optionalKey(Schema.JsonObject)
})
export type RequestRecipe = typeof RequestRecipe.Type

/** Which answers are about the credential, and what they say of it. All others but a success say nothing. */
export const VerdictRule = Schema.Struct({
  status: Schema.Int,
  /** Holds only if one of these texts stands there. */
  where: Schema.optionalKey(Schema.Struct({ path: Path, is: Schema.NonEmptyArray(Schema.String) })),
  /** `refused`: it is no good. `limited`: it is good, and may not ask this. */
  means: Schema.Literals(["refused", "limited"])
})
export type VerdictRule = typeof VerdictRule.Type

/** Whose a credential is. Where a provider does not say, its answer still says whether the credential is good. */
export const AccountRecipe = Schema.Struct({
  request: RequestRecipe,
  /** Of the account; the same for every credential of it. */
  id: Schema.optionalKey(Where),
  /** For people. */
  name: Schema.optionalKey(Where),
  /** The first that holds decides. */
  verdicts: Schema.NonEmptyArray(VerdictRule)
})
export type AccountRecipe = typeof AccountRecipe.Type

/** What a context field can be. */
export const Discovery = Schema.Struct({
  request: RequestRecipe,
  /** The list in the answer; empty for the whole answer. One object is a list of one. */
  items: Schema.Union([Schema.Literal(""), Path]),
  /** In each of them. */
  value: Where,
  label: Where
})
export type Discovery = typeof Discovery.Type

/** How pasted keys look, and what to paste, in words. Providers change their keys: a key of another shape may be good. */
export const KeyShape = Schema.Struct({ pattern: Pattern, hint: Schema.String })
export type KeyShape = typeof KeyShape.Type

/**
 * An OAuth app of the operator's at the provider. Its id and secret are the operator's settings
 * `<SLUG>_OAUTH_CLIENT_ID` and `<SLUG>_OAUTH_CLIENT_SECRET`.
 */
export const OAuthRecipe = Schema.Struct({
  authorizeUrl: HttpsUrl,
  tokenUrl: HttpsUrl,
  revokeUrl: Schema.optionalKey(HttpsUrl),
  scopes: Schema.Array(Schema.String),
  /** Whether the provider checks a code challenge. */
  pkce: Schema.Boolean,
  clientAuth: Schema.Literals(["basic", "post"]),
  /** Where it is set, a callback must name it as `iss` (RFC 9207). */
  issuer: Schema.optionalKey(HttpsUrl),
  /** What the provider wants to be told besides. */
  authorizeParameters: Schema.Record(Schema.String, Schema.String),
  /** Where the answer that holds the token says whose it is. */
  account: Schema.Struct({ id: Where, name: Where })
})
export type OAuthRecipe = typeof OAuthRecipe.Type

const verdict = (status: number, means: VerdictRule["means"]) => ({ status, means })
export const refused = (status: number) => verdict(status, "refused")
export const limited = (status: number) => verdict(status, "limited")

export const bearer = { authorization: "Bearer {credential}" } as const
