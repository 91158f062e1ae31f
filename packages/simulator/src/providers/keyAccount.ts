/** Whose a key is that nobody issued: what a test said, or what follows from the key. */
import type { KeyAccount, World } from "./World.ts"

/** FNV-1a: always the same, and says nothing of what it was made of. */
const digest = (text: string): number => {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}

/** Tokens of the simulated Composio are of one account of the toolkit, or of the person who consented. */
const composio = /^simulated-([a-z0-9_-]+?)-ca_[A-Za-z0-9_]+(?:~([A-Za-z0-9]+))?-(?:user)?\d+-[0-9a-f]{32}$/

const subjectOf = (key: string): string => {
  const [, toolkit, person = ""] = composio.exec(key) ?? []
  return toolkit === undefined ? key : `${toolkit}~${person}`
}

/** Nobody's, when the key is refused: keys with `refused` in them, and those a test revoked. */
export const accountOf = (world: World, provider: string, key: string): KeyAccount | undefined => {
  const said = world.keys.get(key)
  if (said !== undefined) return said ?? undefined
  if (key === "" || key.includes("refused")) return undefined
  const number = digest(`${provider} ${subjectOf(key)}`)
  return { id: String(number), name: `Simulated ${number % 10_000}` }
}
