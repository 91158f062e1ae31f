import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a user token is at most 8192 bytes",
    file: "packages/broker/src/access/compactToken.ts",
    find: "if (token.length > longest)",
    replace: "if (token.length > longest * 100)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a user token has three parts, and no more",
    file: "packages/broker/src/access/compactToken.ts",
    find: "seal === undefined || more.length > 0",
    replace: "seal === undefined",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "base64url has one spelling",
    file: "packages/broker/src/access/compactToken.ts",
    find: `bytes.toString("base64url") === part`,
    replace: "bytes.length >= 0",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "bytes that are no UTF-8 are not repaired",
    file: "packages/broker/src/access/compactToken.ts",
    find: "fatal: true, ignoreBOM: true",
    replace: "fatal: false, ignoreBOM: true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a byte order mark is not skipped",
    file: "packages/broker/src/access/compactToken.ts",
    find: "fatal: true, ignoreBOM: true",
    replace: "fatal: true, ignoreBOM: false",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "an empty token is refused as one",
    file: "packages/broker/src/access/compactToken.ts",
    find: `if (token === "")`,
    replace: `if (token === "x")`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "JSON that says a name twice is refused",
    file: "packages/broker/src/access/strictJson.ts",
    find: "names === undefined || names.has(name)",
    replace: "names === undefined",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a name is the same however it is escaped",
    file: "packages/broker/src/access/strictJson.ts",
    find: "const name: unknown = JSON.parse(last)",
    replace: "const name: unknown = last",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "JSON is at most 16 deep",
    file: "packages/broker/src/access/strictJson.ts",
    find: "const deepest = 16",
    replace: "const deepest = 16_000",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a list is no object",
    file: "packages/broker/src/access/strictJson.ts",
    find: "Option.filter(Predicate.isObject)",
    replace: "Option.filter(Predicate.isObjectOrArray)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "only ES256 and RS256 are algorithms",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `({ header }) => header["alg"] === "ES256" || header["alg"] === "RS256"`,
    replace: "() => true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a list of one algorithm is no algorithm",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `header["alg"] === "ES256" ||`,
    replace: `String(header["alg"]) === "ES256" ||`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a token brings no key and no switch",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "!forbidden.some((name) => has(header, name))",
    replace: "true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`crit` is not understood, so it is refused",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `"crit", "b64"`,
    replace: `"b64"`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`b64` can not change what is signed",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `"crit", "b64", "zip"`,
    replace: `"crit", "zip"`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a certificate is no way to name a key",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `"x5c", "x5t", "x5t#S256"`,
    replace: `"x5c", "x5t"`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`typ` is of a user's token",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `isText(header["typ"]) && types.has(typeOf(header["typ"])) : !typed`,
    replace: "true : !typed",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "the broker's own tokens say their `typ`",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: ": !typed",
    replace: ": true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "the broker's own keys sign one `typ`",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: "types: new Set([userTokenType]),\n        typed: true",
    replace: "types: new Set([...anyones, userTokenType]),\n        typed: true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`kid` is text of at most 200 characters",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `header["kid"].length <= 200`,
    replace: `header["kid"].length <= 2000`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`kid` is text",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `(isText(header["kid"]) && header["kid"].length <= 200)`,
    replace: `String(header["kid"]).length <= 200`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "the audience is exactly ours",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "if (isText(aud)) return aud === audience",
    replace: "if (isText(aud)) return aud.startsWith(audience)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a list without us is not for us",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "!aud.every(isText) || !aud.includes(audience)",
    replace: "!aud.every(isText)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a list is of text",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "!Array.isArray(aud) || !aud.every(isText)",
    replace: "!Array.isArray(aud)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a token for several is ours only if it was given to us",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `|| claims["azp"] === audience`,
    replace: "|| true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "an event is no user token",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `!has(claims, "events") &&`,
    replace: "true &&",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "an ID token is no user token",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `tokenTypes.has(claims["typ"].toLowerCase())`,
    replace: "true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`exp` must be there, and a whole number",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `({ claims }) => moment(claims["exp"]) !== undefined`,
    replace: "() => true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "times are whole numbers",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "Number.isSafeInteger(value) && value >= 0",
    replace: "value >= 0",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "times are not before 1970",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "Number.isSafeInteger(value) && value >= 0",
    replace: "Number.isSafeInteger(value)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a token that has expired is refused",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `({ claims }, { now }) => isCurrent(moment(claims["exp"]), now)`,
    replace: "() => true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "at `exp` a token is over",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "now < expiry",
    replace: "now <= expiry",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`exp` is at most 24 hours ahead",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "const longestLife = 24 * 3600 * second",
    replace: "const longestLife = 25 * 3600 * second",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "24 hours ahead is allowed",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "?? 0) + longestLife",
    replace: "?? 0) + longestLife - 1",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`iat` is not in the future",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `!has(claims, "iat") || notAhead(claims["iat"], now)`,
    replace: "true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`nbf` is not in the future",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `!has(claims, "nbf") || notAhead(claims["nbf"], now)`,
    replace: "true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "60 seconds ahead is allowed",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "at <= now + skew",
    replace: "at < now + skew",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "61 seconds ahead is not",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "const skew = 60 * second",
    replace: "const skew = 61 * second",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`sub` is somebody",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: ` && claims["sub"] !== ""`,
    replace: "",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`sub` is text that looks like no other",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `isUser(claims["sub"]) &&`,
    replace: `(isUser(claims["sub"]) || isText(claims["sub"])) &&`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`tenant_id` is there",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `isTenant(claims["tenant_id"])`,
    replace: "true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "`app_id` is an app's, when it is there",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: `!has(claims, "app_id") || isApp(claims["app_id"])`,
    replace: "true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "the signature is looked at",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: "!(yield* isSignedBy(jwt, key.key, key.algorithm)) ||",
    replace: "false ||",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "of the broker's own tokens only the low signature is taken",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: "|| (issuer.lowS && !isLowS(token.signature))",
    replace: "|| (issuer.lowS && false)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "half the order is the limit of a low signature",
    file: "packages/broker/src/vault/ecdsa.ts",
    find: "const half = order >> 1n",
    replace: "const half = order",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a signature that does not verify is none",
    file: "packages/broker/src/vault/tokenSignature.ts",
    find: "onFailure: () => false",
    replace: "onFailure: () => true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a key is for one algorithm",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: `algorithm === header["alg"] &&`,
    replace: "true &&",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a key is named exactly",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: `header["kid"] === Option.getOrUndefined(kid)`,
    replace: `String(header["kid"]).toLowerCase() === Option.getOrUndefined(kid)`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "an unknown name finds no key",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: `(header["kid"] === undefined || header["kid"] === Option.getOrUndefined(kid))`,
    replace: "true",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a token that could be of two keys is of none",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: "if (others.length > 0)",
    replace: "if (others.length > 9)",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "the issuer is exactly one that is trusted",
    file: "packages/broker/src/access/UserIdentity.ts",
    find: `typeof iss === "string" ? issuers.get(iss) : undefined`,
    replace: String.raw`issuers.get(String(iss).replace(/\/$/, ""))`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a private key in a key set is not taken",
    file: "packages/broker/src/access/IssuerKey.ts",
    find: `"d", "p", "q"`,
    replace: `"p", "q"`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a key for encryption is not taken",
    file: "packages/broker/src/access/IssuerKey.ts",
    find: `use !== "sig"`,
    replace: `use === "nothing"`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a key for another algorithm is not taken",
    file: "packages/broker/src/access/IssuerKey.ts",
    find: "alg !== undefined && alg !== algorithms.get(kty)",
    replace: "false",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a key that may not verify is not taken",
    file: "packages/broker/src/access/IssuerKey.ts",
    find: `!may.includes("verify")`,
    replace: "false",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a short RSA key is not taken",
    file: "packages/broker/src/vault/tokenSignature.ts",
    find: "modulusLength >= shortestModulus &&",
    replace: "modulusLength >= 512 &&",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "an RSA key with a small exponent is not taken",
    file: "packages/broker/src/vault/tokenSignature.ts",
    find: "publicExponent >= leastExponent",
    replace: "publicExponent >= 3n",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a key on another curve is not taken",
    file: "packages/broker/src/vault/tokenSignature.ts",
    find: `member("crv") === "P-256"`,
    replace: `member("crv") !== ""`,
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "one bad key does not hide the others",
    file: "packages/broker/src/access/IssuerKey.ts",
    find: "const [keys, refused] = yield* Effect.partition(found.value.keys, readKey)",
    replace:
      "const keys = yield* Effect.forEach(found.value.keys, readKey)\n  const refused: ReadonlyArray<KeySetInvalid> = []",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "without keys nothing is said against a token",
    file: "packages/broker/src/access/jwksLimits.ts",
    find: "onNone: () => Effect.fail(unavailable)",
    replace: "onNone: () => Effect.succeed([])",
    test: "packages/broker/test/access/UserIdentity.test.ts"
  },
  {
    control: "a refusal repeats nothing of the token",
    file: "packages/broker/src/access/userTokenRules.ts",
    find: "([sentence]) => sentence)",
    replace: '([sentence]) => `${sentence} ${String(said.claims["sub"])}`)',
    test: "packages/broker/test/access/UserIdentity.test.ts"
  }
]
