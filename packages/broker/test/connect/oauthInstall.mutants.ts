import type { Mutant } from "@vendodev/testing/Mutant"

const install = {
  file: "packages/broker/src/connect/oauthInstall.ts",
  test: "packages/broker/test/connect/oauthInstall.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...install,
    control: "a challenge is sent where the provider checks it",
    find: "const verifier = recipe.pkce ?",
    replace: "const verifier = false ?"
  },
  {
    ...install,
    control: "the challenge is a hash, and is said to be one",
    find: '"code_challenge_method", "S256"',
    replace: '"code_challenge_method", "plain"'
  },
  {
    ...install,
    control: "the verifier goes with the code",
    find: "sent.verifier === null ? oauth.nopkce : Redacted.value(sent.verifier)",
    replace: "oauth.nopkce"
  },
  {
    ...install,
    control: "a provider that said it would name itself must",
    find: "authorization_response_iss_parameter_supported: recipe.issuer !== undefined",
    replace: "authorization_response_iss_parameter_supported: false"
  },
  {
    ...install,
    control: "a state can not be guessed",
    find: "Redacted.make(oauth.generateRandomState(), { label",
    replace: 'Redacted.make("a".repeat(43), { label'
  },
  {
    ...install,
    control: "less than was asked for is refused",
    find: "if (lacking.length > 0) {",
    replace: "if (false) {"
  },
  {
    ...install,
    control: "what is said to be granted is what counts",
    find: "new Set(answer.scope?.split(/[ ,]+/) ?? recipe.scopes)",
    replace: "new Set(recipe.scopes)"
  },
  {
    ...install,
    control: "a token of another kind is not kept",
    find: 'answer.token_type !== "bearer" || ',
    replace: ""
  },
  {
    ...install,
    control: "a token that ends is not kept",
    find: "if (answer.expires_in !== undefined) {",
    replace: "if (false) {"
  },
  {
    ...install,
    control: "a provider that does not answer is not waited for",
    find: "duration: deadline,",
    replace: 'duration: "1 hour",'
  },
  {
    ...install,
    control: "the account's id is taken as it was said, or not at all",
    find: "Option.flatMap(textAt(answer, recipe.account.id), idSaid)",
    replace: "textAt(answer, recipe.account.id)"
  }
]
