/** User tokens that are signed as they should be, and say what they should not. */
import { claimsOf, headerOf, type Issuer, signed, tokenOf } from "./userTokens.ts"

export interface Attack {
  readonly what: string
  readonly token: string
  /** Part of the sentence. A token that is bad in one way only is refused for that. */
  readonly because: string
  /** It comes too early: in a while it is good. */
  readonly early?: true
}

const day = 24 * 3600
const longName = "k".repeat(10_000)

export const audience = (issuer: Issuer): ReadonlyArray<Attack> => {
  const { aud, iss } = issuer
  return [
    ...[`${iss}/`, iss.toUpperCase(), `${iss}.`, [iss], "", undefined, null, { iss }, "constructor"].map((value) => ({
      what: `its issuer is ${JSON.stringify(value)}`,
      token: tokenOf(issuer, { iss: value }),
      because: "no issuer"
    })),
    ...[undefined, "", `${aud}/`, "other", [], ["other"], [aud, "other"], [aud, 7], [[aud]], { aud }, null, "*"].map(
      (value) => ({
        what: `it is for ${JSON.stringify(value)}`,
        token: tokenOf(issuer, { aud: value }),
        because: "`aud`"
      })
    ),
    { what: "it was given to another", token: tokenOf(issuer, { aud: [aud, "o"], azp: "o" }), because: "`aud`" },
    { what: "not all it is for has a name", token: tokenOf(issuer, { aud: [aud, 7], azp: aud }), because: "`aud`" },
    { what: "it is for another, and given to us", token: tokenOf(issuer, { aud: ["o"], azp: aud }), because: "`aud`" }
  ]
}

export const time = (issuer: Issuer): ReadonlyArray<Attack> => {
  const { start } = issuer.says
  const no = "is not a whole number of seconds"
  const row = (claim: string, value: unknown, because: string) => ({
    what: `its \`${claim}\` is ${typeof value === "number" ? `the start and ${value - start}` : JSON.stringify(value)}`,
    token: tokenOf(issuer, { [claim]: value }),
    because
  })
  const malformed = [String(start), start + 0.5, -1, null, [start], true, {}]
  return [
    ...[undefined, ...malformed, 1e308].map((value) => row("exp", value, `\`exp\` of the user token ${no}`)),
    { what: "its `exp` is infinite", token: withExp(issuer, "1e999"), because: `\`exp\` of the user token ${no}` },
    ...[0, start - day, start - 1, start].map((value) => row("exp", value, "has expired")),
    early(row("exp", start + day + 1, "more than 24 hours")),
    row("exp", start + 365 * day, "more than 24 hours"),
    early({
      what: "it is good for more than 24 hours, and does not say since when",
      token: tokenOf(issuer, { iat: undefined, exp: start + day + 1 }),
      because: "more than 24 hours"
    }),
    ...["iat", "nbf"].flatMap((claim) => [
      ...[...malformed, start + day, Number.MAX_SAFE_INTEGER].map((value) => row(claim, value, `\`${claim}\``)),
      early(row(claim, start + 61, `\`${claim}\``))
    ])
  ]
}

const early = (attack: Attack): Attack => ({ ...attack, early: true })

const withExp = (issuer: Issuer, exp: string) =>
  signed(issuer, headerOf(issuer), JSON.stringify({ ...claimsOf(issuer), exp: 9 }).replace(`"exp":9`, `"exp":${exp}`))

export const subject = (issuer: Issuer): ReadonlyArray<Attack> => {
  const row = (claim: string, value: unknown) => ({
    what: `its \`${claim}\` is ${(JSON.stringify(value) ?? "missing").slice(0, 40)}`,
    token: tokenOf(issuer, { [claim]: value }),
    because: `\`${claim}\``
  })
  const ids = ["", "acme", "0B0F6E0E-6C1D-4F0E-9D5B-3A54A6B7F001", "0b0f6e0e6c1d4f0e9d5b3a54a6b7f001", 7, null, []]
  const subjects = [
    undefined,
    "",
    7,
    null,
    ["user-17"],
    {},
    true,
    "s".repeat(256),
    "us\u0435r-17",
    "user 17",
    "user-17\n"
  ]
  return [
    ...subjects.map((value) => row("sub", value)),
    { what: "its `sub` is 10 kB", token: tokenOf(issuer, { sub: longName }), because: "longer than 8192" },
    ...[undefined, ...ids].map((value) => row("tenant_id", value)),
    ...ids.map((value) => row("app_id", value))
  ]
}
