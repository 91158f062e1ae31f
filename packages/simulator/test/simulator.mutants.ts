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
  }
] as const
