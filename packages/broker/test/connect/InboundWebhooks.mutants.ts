import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/connect/InboundWebhooks.pg.test.ts"
const webhooks = { file: "packages/broker/src/connect/InboundWebhooks.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/vault/signingSecret.ts",
    test,
    control: "a signing secret can not be guessed",
    find: "const secretLength = 32",
    replace: "const secretLength = 8"
  },
  {
    ...webhooks,
    control: "a secret of our own is no credential of the provider's",
    find: "isMadeHere: true",
    replace: "isMadeHere: false"
  },
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    control: "a secret that was pasted still says whose it is",
    find: `isMadeHere === true ? Option.none() :`,
    replace: `profile === "webhook_inbound" ? Option.none() :`
  }
]
