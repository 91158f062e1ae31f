/** What the Web has everywhere, and nothing else: no `process`, no `require`, no `Buffer`. */
import { build } from "esbuild"
import { createContext, Script } from "node:vm"

/** Globals that browsers, Deno and edge runtimes share. JavaScript's own are in every context. */
const web = [
  "AbortController",
  "AbortSignal",
  "Blob",
  "Event",
  "EventTarget",
  "Headers",
  "MessageChannel",
  "ReadableStream",
  "Request",
  "Response",
  "TextDecoder",
  "TextDecoderStream",
  "TextEncoder",
  "TransformStream",
  "URL",
  "URLSearchParams",
  "WritableStream",
  "atob",
  "btoa",
  "clearInterval",
  "clearTimeout",
  "console",
  "crypto",
  "fetch",
  "performance",
  "queueMicrotask",
  "setInterval",
  "setTimeout",
  "structuredClone"
]

/** One file of a program and all it imports, as a bundler for browsers makes it. Its `export const result` is the value. */
export const bundled = async (folder: string, program: string): Promise<string> => {
  const { outputFiles } = await build({
    bundle: true,
    format: "iife",
    globalName: "program",
    platform: "browser",
    stdin: { contents: program, resolveDir: folder },
    write: false
  })
  return outputFiles.map(({ text }) => text).join("\n")
}

/** Runs it where there is nothing but the Web, and hands out its result. */
export const runWebOnly = (script: string, extra: Readonly<Record<string, unknown>>): unknown => {
  const globals = Object.fromEntries(web.map((name) => [name, Reflect.get(globalThis, name)]))
  return new Script(`${script}\nprogram.result`).runInContext(createContext({ ...globals, ...extra }))
}
