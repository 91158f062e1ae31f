import { assert, it } from "@effect/vitest"
import { shown } from "../src/shown.ts"

const secrets = [
  "123456789:AAEhBOweik9ai2o01hCMwgDHPvxyz0123456",
  "sk-proj-abc",
  "sk_live_abcdefgh",
  "xoxb-12-34-ab",
  "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  `vendo_${"sk"}_YEvL5AnuJCqwjc2tvCSRRFUPCmJ1AOeYEN9Z1ARxiaa`,
  "lin_api_x",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
  "AIzaSyA1234567890abcdefghijklmnopqrstuv",
  "correct horse battery staple, but with punctuation!",
  "a".repeat(65),
  "line\nbreak"
]

const names = [
  "support-bot",
  "api-gateway",
  "github-bot",
  "SECRET_KEY",
  "telegram/work",
  "Acme Inc.",
  "vendo_sk_YEvL",
  "0b0f2f4e-7f0e-4b0c-8a0a-2f4e7f0e4b0c",
  "TELEGRAM_BOT_TOKEN",
  "--conection"
]

it("what may be a secret is not repeated", () => {
  for (const secret of secrets) assert.notInclude(shown(secret), secret)
})

it("what is a name is repeated, so that a typo can be seen", () => {
  for (const name of names) assert.strictEqual(shown(name), `"${name}"`)
})
