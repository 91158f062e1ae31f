import { Effect, Schema } from "effect"

/**
 * Decodes what a statement returns. The driver gives `Date` and `BigInt` where
 * our schemas, which are also the wire's, have ISO text and numbers. A row that
 * does not decode is a defect.
 */
export const rows = <S extends Schema.Codec<unknown, unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownEffect(Schema.Array(schema))
  return <E, R>(statement: Effect.Effect<ReadonlyArray<object>, E, R>): Effect.Effect<ReadonlyArray<S["Type"]>, E, R> =>
    Effect.flatMap(statement, (found) => Effect.orDie(decode(found.map(plain))))
}

const plain = (row: object) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]))

const plainValue = (value: unknown) =>
  value instanceof Date ? value.toISOString() : typeof value === "bigint" ? Number(value) : value
