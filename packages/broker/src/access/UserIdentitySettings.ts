import { Context, type Option } from "effect"

export interface ExternalIssuer {
  readonly issuer: string
  readonly audience: string
  readonly jwks: { readonly url: string } | { readonly file: string }
}

/** Whose user tokens are believed: always the broker's own, and one issuer of the operator's. */
export class UserIdentitySettings extends Context.Service<
  UserIdentitySettings,
  {
    readonly own: { readonly issuer: string; readonly audience: string }
    readonly external: Option.Option<ExternalIssuer>
  }
>()("@vendodev/broker/UserIdentitySettings") {}
