import { Schema } from "effect"

const UserToken = Schema.String.annotate({
  description: "A token of the user the deployment speaks for. One that is sent must be valid: it is never ignored."
})

export const UserHeader = { "x-vendo-user-jwt": Schema.optionalKey(Schema.RedactedFromValue(UserToken)) }
