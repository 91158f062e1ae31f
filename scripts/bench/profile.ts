/** Where the time of one server goes: its CPU profile, cut down to the measured seconds. */
import { readFileSync } from "node:fs"

interface Profile {
  readonly startTime: number
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }>
  readonly samples: ReadonlyArray<number>
  /** Microseconds before each sample. */
  readonly timeDeltas: ReadonlyArray<number>
}

export interface Hot {
  /** Of the time in which there was something to do; of all time for `(idle)` itself. */
  readonly share: number
  readonly name: string
  readonly place: string
}

const placeOf = (url: string, line: number): string => {
  const file = url.replace(/^.*\/node_modules\//, "").replace(/^.*\/(?=packages\/)/, "")
  return file === "" ? "(native)" : `${file}:${line + 1}`
}

const idle = "(idle)"

/** The functions with the most time of their own between two moments, in seconds after the start of the process. */
export const hottest = (file: string, from: number, until: number, count: number): ReadonlyArray<Hot> => {
  const profile: Profile = JSON.parse(readFileSync(file, "utf8"))
  const frames = new Map(profile.nodes.map(({ callFrame, id }) => [id, callFrame]))
  const self = new Map<string, { readonly name: string; readonly place: string; time: number }>()
  let at = 0
  let whole = 0
  profile.samples.forEach((id, index) => {
    const delta = profile.timeDeltas[index] ?? 0
    at += delta
    const frame = frames.get(id)
    if (frame === undefined || at < from * 1e6 || at > until * 1e6) return
    whole += delta
    const place = placeOf(frame.url, frame.lineNumber)
    const name = frame.functionName === "" ? "(anonymous)" : frame.functionName
    const entry = self.get(`${name} ${place}`) ?? { name, place, time: 0 }
    entry.time += delta
    self.set(`${name} ${place}`, entry)
  })
  const waited = self.get(`${idle} ${placeOf("", 0)}`)?.time ?? 0
  return [...self.values()]
    .toSorted((a, b) => b.time - a.time)
    .slice(0, count + 1)
    .map(({ name, place, time }) => ({ share: time / (name === idle ? whole : whole - waited), name, place }))
}

export const text = (hot: ReadonlyArray<Hot>): string =>
  hot
    .map(({ name, place, share }) => `${(share * 100).toFixed(1).padStart(5)} %  ${name.padEnd(36)} ${place}`)
    .join("\n")
