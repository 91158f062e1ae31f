/** The format of an env file: `NAME="value"` a line, escaped as the usual readers of such files take it back. A shell that reads it runs nothing of it. */

const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)

const escaped = (value: string): string =>
  value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("$", "\\$")
    .replaceAll("`", "\\`")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")

/** Sorted, so that the same variables are the same text. Throws on a name that no environment takes. */
export const renderEnvFile = (mapping: Readonly<Record<string, string>>): string =>
  Object.entries(mapping)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if (!isName(name)) throw new TypeError(`${JSON.stringify(name)} is no name of an environment variable`)
      if (value.includes("\0")) throw new TypeError(`the value of ${name} holds a NUL character`)
      return `${name}="${escaped(value)}"\n`
    })
    .join("")

/** What `renderEnvFile` wrote. Other lines are left aside: they are not ours. */
export const parseEnvFile = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("\n").flatMap((line) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)="((?:\\.|[^"\\])*)"$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, unescaped(value)] as const]
    })
  )

const unescaped = (value: string): string =>
  value.replaceAll(/\\(.)/g, (_, character: string) =>
    character === "n" ? "\n" : character === "r" ? "\r" : character
  )
