// Of the shape of `Mutant` in `testing`, a room that stands on this one and can not be entered from here.
const source = "packages/simulator/src/"
const tests = "packages/simulator/test/"

export const mutants = [
  {
    control: "a simulated token is renewed before it ends",
    file: `${source}tokens.ts`,
    find: "(margin < lifetime ? lifetime - margin : lifetime) * second",
    replace: "(margin < lifetime ? lifetime : lifetime) * second",
    test: `${tests}FakeComposio.test.ts`
  },
  {
    control: "a simulated token that two others followed is dead",
    file: `${source}tokens.ts`,
    find: "  end(account.previous, at)\n",
    replace: "",
    test: `${tests}FakeComposio.test.ts`
  },
  {
    control: "the ledger knows a token's end",
    file: `${source}Ledger.ts`,
    find: "(expiresAt === null || at < expiresAt) &&",
    replace: "",
    test: `${tests}FakeComposio.test.ts`
  },
  {
    control: "the simulator refuses a wrong key",
    file: `${source}FakeComposio.ts`,
    find: `  if (key !== "right") return refuse(401)\n`,
    replace: "",
    test: `${tests}FakeComposio.test.ts`
  },
  {
    control: "the simulator masks what Composio would",
    file: `${source}accountBody.ts`,
    find: "const isMasked = masking || settings.isComposioManaged ||",
    replace: "const isMasked = settings.isComposioManaged ||",
    test: `${tests}FakeComposio.test.ts`
  },
  {
    control: "the simulator's refresh endpoint breaks an account",
    file: `${source}routes.ts`,
    find: `change(world, account, { status: "INITIATED", statusReason: null }, now)`,
    replace: "change(world, account, {}, now)",
    test: `${tests}lifecycle.test.ts`
  },
  {
    control: "the ledger holds no key",
    file: `${source}answering.ts`,
    find: ".filter(([name]) => !secretHeaders.has(name))",
    replace: "",
    test: `${tests}Control.test.ts`
  },
  {
    control: "the ledger counts every call for a credential",
    file: `${source}Ledger.ts`,
    find: `matching({ since, route: "account" })`,
    replace: `matching({ since: since + 1, route: "account" })`,
    test: `${tests}Control.test.ts`
  },
  {
    control: "a simulated fault strikes its account only",
    file: `${source}Fault.ts`,
    find: "    (fault.account === undefined || fault.account === account) &&\n",
    replace: "",
    test: `${tests}wire.test.ts`,
    name: "A fault strikes as often as it says"
  },
  {
    control: "a simulated connection is really reset",
    file: `${source}listen.ts`,
    find: `if (answer.delivery === "reset-before-headers") return void socket.resetAndDestroy()`,
    replace: `if (answer.delivery === "reset-before-headers") return void socket.destroySoon()`,
    test: `${tests}wire.test.ts`,
    name: "A connection is reset"
  },
  {
    control: "the simulator in the process breaks off where the wire does",
    file: `${source}SimulatedResponse.ts`,
    find: "return isHalf || told > body.length ? Stream.concat(sent, lost) : sent",
    replace: "return isHalf ? Stream.concat(sent, lost) : sent",
    test: `${tests}wire.test.ts`,
    name: "Over a socket and in the process"
  },
  {
    control: "a second poller of a simulated bot ends the first",
    file: `${source}providers/Bot.ts`,
    find: `      wake(bot, "other poller")\n      bot.waiting = mine`,
    replace: "      bot.waiting = mine",
    test: `${tests}providers/FakeTelegram.test.ts`,
    name: "A second poller"
  },
  {
    control: "the ledger counts pollers that were there at once",
    file: `${source}providers/Bot.ts`,
    find: "count(bot, { now, most: Math.max(bot.pollers.most, now) })",
    replace: "count(bot, { now, most: 1 })",
    test: `${tests}providers/FakeTelegram.test.ts`,
    name: "A second poller"
  },
  {
    control: "a simulated poller that goes away is counted no more",
    file: `${source}providers/Bot.ts`,
    find: "        count(bot, { now: bot.pollers.now - 1 })\n",
    replace: "",
    test: `${tests}providers/FakeTelegram.test.ts`,
    name: "A poller that ends"
  },
  {
    control: "a simulated bot with a webhook is not polled",
    file: `${source}providers/FakeTelegram.ts`,
    find: "  if (bot.webhook !== undefined) return refuse(409, webhookIsActive)\n",
    replace: "",
    test: `${tests}providers/FakeTelegram.test.ts`,
    name: "While a webhook"
  },
  {
    control: "the ledger holds no token of a bot",
    file: `${source}providers/FakeTelegram.ts`,
    find: `path: \`/\${host}/bot\${id ?? ""}/\${method}\``,
    replace: `path: \`/\${host}/bot\${token}/\${method}\``,
    test: `${tests}providers/FakeTelegram.test.ts`,
    name: "The ledger names"
  },
  {
    control: "a simulated code is good once",
    file: `${source}providers/FakeOAuth.ts`,
    find: "  grant.used = true\n",
    replace: "",
    test: `${tests}providers/FakeOAuth.test.ts`,
    name: "A code is good once"
  },
  {
    control: "a simulated code ends",
    file: `${source}providers/FakeOAuth.ts`,
    find: `  if (now >= grant.expiresAt) return "The code is expired"\n`,
    replace: "",
    test: `${tests}providers/FakeOAuth.test.ts`,
    name: "A code is good once"
  },
  {
    control: "a simulated code is bound to where it was sent",
    file: `${source}providers/FakeOAuth.ts`,
    find: `  if (grant.redirectUri !== parameters.get("redirect_uri")) return "The redirect_uri is not the one of the code"\n`,
    replace: "",
    test: `${tests}providers/FakeOAuth.test.ts`,
    name: "A code is good once"
  },
  {
    control: "a simulated challenge must be met",
    file: `${source}providers/FakeOAuth.ts`,
    find: `createHash("sha256").update(verifier).digest("base64url") === challenge`,
    replace: "verifier !== challenge",
    test: `${tests}providers/FakeOAuth.test.ts`,
    name: "Where a challenge"
  },
  {
    control: "a simulated token endpoint knows its client",
    file: `${source}providers/FakeOAuth.ts`,
    find: "return id === world.settings.clientId && secret === world.settings.clientSecret",
    replace: "return id === world.settings.clientId",
    test: `${tests}providers/FakeOAuth.test.ts`,
    name: "A code is good once"
  },
  {
    control: "a simulated consent is not sent back to who is not known",
    file: `${source}providers/FakeOAuth.ts`,
    find: "if (!URL.canParse(target) || (redirectUris !== null && !redirectUris.includes(target)))",
    replace: "if (!URL.canParse(target))",
    test: `${tests}providers/FakeOAuth.test.ts`,
    name: "A consent that is cancelled"
  },
  {
    control: "a simulated auth config that is not there makes no link",
    file: `${source}connect.ts`,
    find: "      if (toolkit === undefined) return noAuthConfig()\n      const id",
    replace: `      if (toolkit === undefined) return json(201, {})\n      const id`,
    test: `${tests}lifecycle.test.ts`,
    name: "A link is of the toolkit"
  }
] as const
