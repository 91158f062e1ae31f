import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { HttpApi, HttpApiClient, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { toWire, wireErrors } from "@vendodev/api/WireError"
import { BrokerError, MethodNotAllowed } from "@vendodev/domain/BrokerError"

const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()
const runs = 300

const isOfTable = Schema.is(BrokerError)

/** An endpoint that may answer with any row of the table. */
const Any = HttpApi.make("any").add(
  HttpApiGroup.make("any").add(HttpApiEndpoint.get("ask", "/", { error: wireErrors(...BrokerError.members) }))
)

/** What the client derived from the contract makes of an error, once it went over the wire. */
const received = Effect.fnUntraced(function* (error: BrokerError) {
  const { body, headers, status } = toWire(error)
  const httpClient = HttpClient.make((request) =>
    Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(body, { status, headers })))
  )
  const { ask } = yield* HttpApiClient.group(Any, { group: "any", httpClient, baseUrl: "http://localhost" })
  return yield* Effect.flip(ask())
})

/** There is always a method that is allowed, and methods are words: other text can not stand in a header. */
const sayable = (error: BrokerError): BrokerError =>
  error._tag === "method_not_allowed"
    ? new MethodNotAllowed({
        detail: error.detail,
        allow: ["GET", ...error.allow.map((method) => method.replaceAll(/[^A-Z]/g, "") || "PUT")]
      })
    : error

it.effect.prop(
  "The derived client turns every error back into the class it came from, with all that belongs to it",
  { error: BrokerError },
  ({ error }) =>
    Effect.gen(function* () {
      const sent = sayable(error)
      const back = yield* received(sent)
      assert.isTrue(isOfTable(back))
      assert.strictEqual(Object.getPrototypeOf(back), Object.getPrototypeOf(sent))
      // Of two errors as such, name and message are all that would be compared.
      assert.deepStrictEqual({ ...back }, { ...sent })
    }),
  { arbitrary: { seed, runs } }
)

it.effect("The property has something to say: an error is more than its name and message", () =>
  Effect.sync(() => {
    const seen = BrokerError.members.flatMap((row) => Object.keys(row.fields))
    const said = [
      "_tag",
      "detail",
      "field",
      "challenge",
      "connect_url",
      "top_up_url",
      "allow",
      "bound_to",
      "missing",
      "taken",
      "part"
    ]
    assert.sameMembers([...new Set(seen)], [...said, "retry_after"])
  })
)
