import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/connectForms.pg.test.ts"
const guard = "packages/server/src/connect/formGuard.ts"
const page = "packages/server/src/ConnectPage.ts"
const cookie = "packages/server/src/connect/visitCookie.ts"
const paste = "packages/broker/src/connect/paste.ts"

const forged = { test, name: "for a form that another page sent" }
const ticket = { test, name: "takes a ticket once" }
const pasted = { test, name: "looks at a key before" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a form has the token of its page",
    file: guard,
    find: "expected.length === sent.length && timingSafeEqual(expected, sent)",
    replace: "true",
    ...forged
  },
  {
    control: "the token is of one visit",
    file: "packages/broker/src/connect/Visits.ts",
    find: "`form/${Redacted.value(token)}`",
    replace: "`form/`",
    ...forged
  },
  {
    control: "a form is not taken from a page of another site",
    file: guard,
    find: 'if (site !== undefined && site !== "same-origin") return false',
    replace: "",
    ...forged
  },
  {
    control: "a form is taken from our own origin, if it is named",
    file: guard,
    find: "Option.contains(own, origin)",
    replace: "true",
    ...forged
  },
  {
    control: "an origin that is not named is ours only if the browser says so",
    file: guard,
    find: '(origin === "null" && site === "same-origin")',
    replace: '(origin === "null")',
    ...forged
  },
  {
    control: "a form comes as forms come, which no script of another page can send unasked",
    file: guard,
    find: 'isForm.test(request.headers["content-type"] ?? "") && isOwn',
    replace: "isOwn",
    ...forged
  },
  {
    control: "a cookie opens the page it is of",
    file: page,
    find: "({ visit }) => visit.slug === slug,",
    replace: "() => true,",
    ...ticket
  },
  {
    control: "no script reads the cookie",
    file: cookie,
    find: "httpOnly: true",
    replace: "httpOnly: false",
    ...ticket
  },
  {
    control: "the cookie of https is of this host alone",
    file: cookie,
    find: "secure ? `__Host-${plain}` : plain",
    replace: "plain",
    ...ticket
  },
  {
    control: "the cookie comes with no request of another site, but when the browser is sent here",
    file: cookie,
    find: 'sameSite: "lax"',
    replace: 'sameSite: "none"',
    ...ticket
  },
  {
    control: "the page runs and loads nothing but what it holds",
    file: "packages/server/src/connect/answers.ts",
    find: `"default-src 'none'",`,
    replace: `"default-src 'self'",`,
    ...ticket
  },
  {
    control: "no key stands in an address of the page",
    file: "packages/server/src/Edges.ts",
    find: "isKeyForPage(target)\n  )",
    replace: "false\n  )",
    test,
    name: "has no place for a key"
  },
  {
    control: "a key that the provider refuses is not kept, whatever was ticked",
    file: paste,
    find: "Effect.fail(hinted(pasted, secret, detail))",
    replace: "Effect.succeed({ account: nobody, answered: false })",
    ...pasted
  },
  {
    control: "a key that nobody could be asked about is not kept, unless that is wanted",
    file: paste,
    find: "unverified ? Effect.succeed({ account: nobody",
    replace: "true ? Effect.succeed({ account: nobody",
    ...pasted
  },
  {
    control: "a key that nobody was asked about is marked",
    file: paste,
    find: "unverified: !answered.answered",
    replace: "unverified: false",
    ...pasted
  },
  {
    control: "a visit is over when the account is connected",
    file: "packages/broker/src/connect/Connect.ts",
    find: 'if (visit.step === "connected" || visit.step === "cancelled") return yield* done',
    replace: 'if (visit.step === "cancelled") return yield* done',
    ...pasted
  }
]
