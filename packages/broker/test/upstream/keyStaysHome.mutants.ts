import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/keyStaysHome.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "the key goes to the one origin that was set, wherever that points",
    file: `${src}/boundedAnswer.ts`,
    find: `redirect: "manual"`,
    replace: `redirect: "follow"`,
    test,
    name: "the one origin that was set"
  },
  {
    control: "a request, which holds the key, is in no span, and no header of a trace goes out",
    file: `${src}/boundedAnswer.ts`,
    find: "HttpClient.TracerDisabledWhen, () => true",
    replace: "HttpClient.TracerDisabledWhen, () => false",
    test,
    name: "one question asks"
  },
  {
    control: "a key is not sent in the clear",
    file: `${src}/composioAddress.ts`,
    find: `url.protocol === "http:" && !loopback.test(url.hostname)`,
    replace: `url.protocol === "gopher:"`,
    test,
    name: "a key is not sent in the clear"
  },
  {
    control: "a host that only begins like this machine is not this machine",
    file: `${src}/composioAddress.ts`,
    find: String.raw`127(?:\.\d{1,3}){3}|`,
    replace: "127.*|",
    test,
    name: "a key is not sent in the clear"
  },
  {
    control: "an address that holds credentials is refused",
    file: `${src}/composioAddress.ts`,
    find: `if (url.username !== "" || url.password !== "")`,
    replace: `if (url.username === ":")`,
    test,
    name: "a key is not sent in the clear"
  },
  {
    control: "a key that can not stand in a header is not sent",
    file: `${src}/composioAddress.ts`,
    find: "if (!isHeader || ",
    replace: "if (",
    test,
    name: "can not stand in a header"
  },
  {
    control: "what can not stand in a header is not sent as a request id",
    file: `${src}/composioHttp.ts`,
    find: "visible.test(requestId) ?",
    replace: `requestId !== "" ?`,
    test,
    name: "one question asks"
  }
]
