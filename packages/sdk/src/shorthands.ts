/** The client of the environment, for who needs no other. */
import { find } from "@vendodev/client/catalog"
import { variable } from "./environment.ts"
import type { CallOptions, ConnectOptions, CredentialResponse } from "./types.ts"
import { Vendo, type VendoOptions } from "./Vendo.ts"

/** The variables a client without options is made of. */
const names = ["VENDO_API_KEY", "VENDO_BASE_URL", "VENDO_CREDENTIALS_URL", "VENDO_TIMEOUT_MS", "VENDO_SANDBOX"]

let shared: { readonly madeOf: string; readonly client: Vendo } | undefined

/** One client for as long as the environment says the same, which may be read from a file after this is imported. */
const client = (): Vendo => {
  const madeOf = JSON.stringify(names.map(variable))
  if (shared?.madeOf !== madeOf) shared = { madeOf, client: new Vendo() }
  return shared.client
}

/** Whether `VENDO_API_KEY` is set. */
export const isVendoMode = (): boolean => (variable("VENDO_API_KEY") ?? "").trim() !== ""

/** A token for an integration, as `Vendo.token` of a client made from the environment. */
export const token = async (slug: string, options?: CallOptions): Promise<string> => client().token(slug, options)

/** Several tokens in one request, as `Vendo.tokens` of a client made from the environment. */
export const tokens = async (
  slugs: ReadonlyArray<string>,
  options?: CallOptions
): Promise<Record<string, string | null>> => client().tokens(slugs, options)

/** Where a person connects an account, as `Vendo.connectUrl`; for another key or service than the environment's, say so. */
export const connectUrl = async (
  slug: string,
  { apiKey, baseUrl, ...options }: ConnectOptions & CallOptions & Pick<VendoOptions, "apiKey" | "baseUrl"> = {}
): Promise<string> => {
  const chosen = apiKey === undefined && baseUrl === undefined ? client() : new Vendo({ apiKey, baseUrl })
  return chosen.connectUrl(slug, options)
}

/** The conventional variable of an integration, such as `OPENAI_API_KEY`; null for an unknown slug. */
export const primaryEnvVar = (slug: string): string | null => find(slug)?.tokenVariables[0] ?? null

/** Another service or key than the environment names; what is left out comes from the variable beside it. */
export interface GetCredentialOptions extends CallOptions {
  /** The credentials service: `VENDO_CREDENTIALS_URL`. */
  readonly url?: string | undefined
  /** The key: `VENDO_API_KEY`. */
  readonly token?: string | undefined
  /** Asks the service even when a token is at hand. */
  readonly noCache?: boolean | undefined
  readonly fetch?: VendoOptions["fetch"]
}

/** A token with when it expires, as `Vendo.getCredential`. For code written before there was a `Vendo`. */
export const getCredential = async (
  slug: string,
  { fetch, noCache, signal, token, url }: GetCredentialOptions = {}
): Promise<CredentialResponse> => {
  const isShared = fetch === undefined && token === undefined && url === undefined
  const chosen = isShared ? client() : new Vendo({ apiKey: token, credentialsUrl: url, fetch })
  if (noCache === true) chosen.invalidate(slug)
  return chosen.getCredential(slug, { signal })
}
