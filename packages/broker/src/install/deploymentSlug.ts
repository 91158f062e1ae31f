/** What a deployment is called when nobody says, and when the name is taken. */
import { Slug } from "@vendodev/domain/Ids"
import type { ToolSlug } from "@vendodev/domain/Manifest"

const most = 40

/** As much of it as fits, without an end that may not stand there. */
const cut = (text: string, length: number): string => text.slice(0, length).replace(/-+$/, "")

/** Whether a tool's name can be a slug as it is. */
export const fitsSlug = (name: ToolSlug): boolean => name.length <= most

/** The tool's name, or its beginning. */
export const slugOf = (name: ToolSlug): Slug => Slug.make(cut(name, most))

/** The first of `bot-2`, `bot-3`, … that is not among those that are taken. */
export const nextSlug = (slug: Slug, taken: ReadonlySet<string>): Slug => {
  for (let number = 2; ; number++) {
    const next = Slug.make(`${cut(slug, most - 1 - String(number).length)}-${number}`)
    if (!taken.has(next)) return next
  }
}
