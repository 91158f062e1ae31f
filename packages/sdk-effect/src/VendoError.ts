/**
 * What can go wrong, as classes: the rows of the service's error table, and
 * what fails before a request is sent. The `_tag` is the code, so
 * `Effect.catchTag("binding_missing", …)` catches just that.
 */
import { Schema } from "effect"
import { BrokerError } from "@vendodev/domain/BrokerError"

export * from "@vendodev/domain/BrokerError"

/** The service alone can do this, and there is no key to it: set `VENDO_API_KEY`. */
export class VendoOnlyFeature extends Schema.TaggedError<VendoOnlyFeature>()("vendo_only_feature", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** A request that was to name a user names none. */
export class IdentityNotPresent extends Schema.TaggedError<IdentityNotPresent>()("identity_not_present", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** In OSS mode no variable holds a token for the slug; `detail` names the one to set. */
export class NotConnected extends Schema.TaggedError<NotConnected>()("not_connected", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** A code that this release does not know: the service is newer. */
export class UnknownCode extends Schema.TaggedError<UnknownCode>()("unknown_code", {
  code: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.code}: ${this.detail}`
  }
}

/** Whatever a call of the SDK fails with. */
export type VendoError = BrokerError | VendoOnlyFeature | IdentityNotPresent | NotConnected | UnknownCode
