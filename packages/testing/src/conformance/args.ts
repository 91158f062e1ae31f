/** Arguments of a step, as each call takes them. */
import { Schema } from "effect"

const { decodeUnknownSync, optionalKey, Record, String: Text, Struct, Array: ArrayOf, Literals, Natural } = Schema

export const Slug = decodeUnknownSync(Schema.Tuple([Text]))
export const Slugs = decodeUnknownSync(Schema.Tuple([ArrayOf(Text)]))

/** To a provider, at a path of its own. */
export const Request = decodeUnknownSync(
  Schema.Tuple([
    Text,
    Struct({
      method: optionalKey(Text),
      url: Text,
      headers: optionalKey(Record(Text, Text)),
      body: optionalKey(Text)
    })
  ])
)

export const PeriodAsked = decodeUnknownSync(Schema.TupleWithRest(Schema.Tuple([]), [Literals(["day", "month"])]))

export const Connect = decodeUnknownSync(
  Schema.TupleWithRest(Schema.Tuple([Text]), [Struct({ return_to: optionalKey(Text), state: optionalKey(Text) })])
)

export const Webhook = decodeUnknownSync(
  Schema.TupleWithRest(Schema.Tuple([Record(Text, Text), Text]), [
    Struct({ secret: optionalKey(Text), max_age_seconds: optionalKey(Natural) })
  ])
)
