/** What can be asked of the benchmark. */
import { parseArgs } from "node:util"

export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
  /** Tenants in the database, and how many of them the requests rotate over. */
  readonly tenants: number
  readonly active: number
  /** The cache-hit contest alone. */
  readonly hit: boolean
  /** Requests per second, where the rate is constant. */
  readonly rate: number
  readonly pipelined: boolean
  readonly wrk: boolean
  readonly json: boolean
  /** Where to write a CPU profile instead of comparing anything. */
  readonly profile: string | undefined
}

export const help = `pnpm bench [options]

Compares servers on this machine, in turns, in two contests:

  static  GET /credentials/notion, a pasted credential: a server that answers a fixed body, one that does the necessary
          work of the vend by hand, and Vendo with its audit
  hit     GET /credentials/google, a token that is fresh, with no call upstream: one by hand, one by hand that records
          each vend as Vendo does, and Vendo; as fast as they can, and at a constant rate

All but the fixed one ask one embedded Postgres, which runs with the settings of the product.

  --hit              the second contest alone
  --quick            3 rounds of 3 seconds, for a first look
  --rounds <n>       interleaved rounds, 5 unless said otherwise
  --seconds <n>      length of one server's turn, 8
  --connections <n>  keep-alive connections, each with one request under way, 32
  --tenants <n>      tenants in the database, 1000
  --active <n>       tenants the requests rotate over, 100
  --rate <n>         requests per second at the constant rate, 1000
  --pipelined        let the servers written by hand pipeline their queries on their connections
  --wrk              load with wrk instead of autocannon
  --json             print the result as JSON
  --profile <dir>    run Vendo alone under node --cpu-prof and write the profile there; with --hit, of hits
  --help             show this

Ends with 1 when any answer was not a success. A goal that is missed is told, not failed.
`

export const parse = (args: ReadonlyArray<string>): Options | "help" => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      connections: { type: "string", default: "32" },
      tenants: { type: "string", default: "1000" },
      active: { type: "string", default: "100" },
      hit: { type: "boolean", default: false },
      rate: { type: "string", default: "1000" },
      pipelined: { type: "boolean", default: false },
      wrk: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      profile: { type: "string" },
      help: { type: "boolean", default: false }
    }
  })
  if (values.help) return "help"
  const tenants = positive("tenants", values.tenants)
  const active = positive("active", values.active)
  if (active > tenants) throw new Error(`--active ${active} is more than --tenants ${tenants}`)
  return {
    rounds: positive("rounds", values.rounds ?? (values.quick ? "3" : "5")),
    seconds: positive("seconds", values.seconds ?? (values.quick ? "3" : "8")),
    connections: positive("connections", values.connections),
    tenants,
    active,
    hit: values.hit,
    rate: positive("rate", values.rate),
    pipelined: values.pipelined,
    wrk: values.wrk,
    json: values.json,
    profile: values.profile
  }
}

const positive = (name: string, text: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} takes a whole number above zero`)
  return number
}
