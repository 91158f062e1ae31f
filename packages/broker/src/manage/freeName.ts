import { DisplayName } from "@vendodev/domain/Ids"

/** The name itself, or the first of "name 2", "name 3" and so on that is not taken. */
export const freeName = (base: DisplayName, taken: ReadonlySet<string>): DisplayName => {
  let name = base
  for (let number = 2; taken.has(name); number++) name = DisplayName.make(`${base} ${number}`)
  return name
}
