/**
 * A worker: each job names its user by a token that came with it. Here the queue is standard input, one JSON job a
 * line, and what became of each job is a line of standard output.
 */
import { createInterface } from "node:readline"
import { IdentityNotPresent, NeedsReauth, NotConnected, UpstreamError, Vendo, VendoError } from "@vendodev/sdk"

interface Job {
  readonly id: number
  /** As the request had it that put the job into the queue. */
  readonly userToken: string
}

const notion = process.env["NOTION_URL"] ?? "https://api.notion.com"
const vendo = new Vendo()

const work = async ({ id, userToken }: Job) => {
  const fetch = vendo.forUser(userToken).session("notion")
  const answer = await fetch(`${notion}/v1/users/me`, { headers: { "Notion-Version": "2022-06-28" } })
  return { id, done: await answer.json() }
}

/** What a queue does with a job that failed: waits for the user, tries later, or gives it up. */
const after = (id: number, error: unknown) => {
  if (error instanceof NotConnected || error instanceof NeedsReauth) {
    return { id, waitsForUser: error.connectUrl ?? null }
  }
  if (error instanceof UpstreamError) return { id, retryIn: error.retryAfter ?? 5 }
  // Also a job that took so long to be worked at that its token has expired.
  if (error instanceof IdentityNotPresent || error instanceof VendoError) return { id, failed: error.code }
  throw error
}

const jobs: Array<Promise<void>> = []
for await (const line of createInterface({ input: process.stdin })) {
  const job: Job = JSON.parse(line)
  const outcome = work(job).catch((error: unknown) => after(job.id, error))
  jobs.push(outcome.then((said) => console.log(JSON.stringify(said))))
}
await Promise.all(jobs)
