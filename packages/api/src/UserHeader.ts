import { Schema } from "effect"

/** The user a deployment speaks for. What is sent must be valid; nobody falls back to being nobody. */
export const UserHeader = {
  "x-vendo-user-jwt": Schema.optionalKey(Schema.RedactedFromValue(Schema.String)).annotate({
    description: "A user token. Only what belongs to that user is answered."
  })
}
