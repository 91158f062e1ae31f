/** What a program of Python says that it prints. */

/** The comments behind its `print`s, in their order: each the line that is printed, where `…` stands for any text. */
export const promised = (program: string): ReadonlyArray<string> =>
  [...program.matchAll(/^ *print\(.*\) {2}# (.+)$/gm)].map(([, line = ""]) => line)

const pattern = (line: string) =>
  new RegExp(`^${line.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&").replaceAll("…", ".*")}$`)

/** Where what was printed is not, line by line, what was promised. */
export const differences = (lines: ReadonlyArray<string>, printed: string): ReadonlyArray<string> => {
  const actual = printed === "" ? [] : printed.replace(/\n$/, "").split("\n")
  return Array.from({ length: Math.max(lines.length, actual.length) }, (_, index) => {
    const [line, said] = [lines[index], actual[index]]
    if (line !== undefined && said !== undefined && pattern(line).test(said)) return ""
    return `promised: ${line ?? "nothing"}; printed: ${said ?? "nothing"}`
  }).filter((difference) => difference !== "")
}
