import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "keys are used for ten minutes",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "const lifetime = nanos(10 * 60)",
    replace: "const lifetime = nanos(10 * 6)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "keys are fetched again after ten minutes",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "const lifetime = nanos(10 * 60)",
    replace: "const lifetime = nanos(10 * 600)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "unknown keys cause one fetch",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "now - askedAt < (known ? rest : shortRest)",
    replace: "now - askedAt < (known ? 0n : shortRest)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a new key is found within 30 seconds",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "const rest = nanos(30)",
    replace: "const rest = nanos(60)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "an issuer without keys is asked again after five seconds",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "const shortRest = nanos(5)",
    replace: "const shortRest = nanos(30)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "an issuer that fails is not asked for every token",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "const shortRest = nanos(5)",
    replace: "const shortRest = nanos(0)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a flight is joined, not repeated",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "      if (!flying) {",
    replace: "      if (true) {",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a failing issuer is not waited for twice",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "known && failing && !unknown ? answer",
    replace: "false ? answer",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "an issuer is waited for five seconds",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: `const patience = "5 seconds"`,
    replace: `const patience = "50 seconds"`,
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "only 200 is an answer",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "if (response.status !== 200)",
    replace: "if (response.status >= 500)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a redirect is not followed",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: `redirect: "manual"`,
    replace: `redirect: "follow"`,
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a key set is at most 256 kB",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: "size > largestKeySet",
    replace: "size < 0",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "keys come over TLS",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: `url.protocol === "http:" && loopback.test(url.hostname)`,
    replace: `url.protocol === "http:"`,
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a password is not sent for keys",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: `url.password === ""`,
    replace: "true",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "loopback is the whole name",
    file: "packages/broker/src/access/jwksUrl.ts",
    find: String.raw`\[::1\])$/`,
    replace: String.raw`\[::1\])/`,
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "the settings are checked at the start",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: "yield* check(own.issuer, external.value)",
    replace: "yield* Effect.ignore(check(own.issuer, external.value))",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "nobody else is the broker itself",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: "issuer === own",
    replace: "issuer === own.concat(own)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a remembered token is forgotten with its key",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: "if (keys.some((key) => nameOf(key) === known.key))",
    replace: "if (keys.length >= 0)",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  },
  {
    control: "a key is its name and its value",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: '`${thumbprint}/${Option.getOrElse(kid, () => "")}`',
    replace: "`${thumbprint}`",
    test: "packages/broker/test/access/jwksUrl.test.ts"
  }
]
