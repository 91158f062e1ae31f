import type { Mutant } from "@vendodev/testing/Mutant"

const ends = {
  file: "packages/broker/src/disconnect/upstreamEnd.ts",
  test: "packages/broker/test/disconnect/upstreamEnd.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...ends,
    control: "a signing secret is never sent in place of a credential",
    find: `webhook_inbound: ({ integration: { name } }) =>
    end("not_possible", `,
    replace: `webhook_inbound: (ending) => byCredential(hasRecipe)(ending, { composio: true, oauthClientOf: () => true }) ?? (({ integration: { name } }: Ending) =>
    end("not_possible", `
  },
  {
    ...ends,
    control: "what somebody else uses is not said to be revoked",
    find: "if (Option.isNone(foreseen.way) || !ending.inUse) return foreseen",
    replace: "if (Option.isNone(foreseen.way) || !ending.hasAccount) return foreseen"
  },
  {
    ...ends,
    control: "an upstream is told once",
    find: "if (Option.isSome(ending.before)) return said[ending.before.value](toldIn(ending))",
    replace: ""
  },
  {
    ...ends,
    control: "without a key of Composio nobody there is told",
    find: `    return composio
      ? told`,
    replace: `    return composio || hasAccount
      ? told`
  },
  {
    ...ends,
    control: "a token of an app is ended by the app",
    find: "oauth?.revokeUrl !== undefined && oauthClientOf(slug)",
    replace: "oauth?.revokeUrl !== undefined"
  }
]
