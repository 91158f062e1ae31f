import { Vendo, VendoError } from "@vendodev/sdk"
import { MockClient } from "@vendodev/sdk/testing"

const vendo: Vendo = new Vendo({ apiKey: "key", baseUrl: "https://vendo.example" })

export const token: Promise<string> = vendo.token("openai")

// @ts-expect-error -- a slug is text; if it were `any`, this line would be in error
void vendo.token(1)

// @ts-expect-error -- there is no such option
void new Vendo({ apikey: "key" })

export const codeOf = (error: unknown): string | undefined => (error instanceof VendoError ? error.code : undefined)

export const mock: Promise<string> = MockClient.withConnections([]).token("openai")
