/**
 * What the vend of a pasted credential can not do without, written by hand for
 * speed: hash the key, one prepared and indexed SELECT, open one box, answer. No
 * audit.
 */
import { answer, boxColumns, dataKeyOfBox, entitled, isBoxRow, open, refuse, serve, withKey } from "./handmade.ts"

const select = `SELECT ${boxColumns} ${entitled} ${dataKeyOfBox} ${withKey}`

serve((ask, response) =>
  ask(select, (row) => (isBoxRow(row) ? answer(response, open(row), null) : refuse(response, 403)))
)
