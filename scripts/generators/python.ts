/** The two files of the Python SDK that are tables: its errors, and the catalog as plain data. */
import { errorTable } from "@vendodev/domain/BrokerError"
import { classes, localRemedies } from "../../packages/sdk/src/VendoError.ts"
import type { GeneratedFile } from "../generate.ts"
import { entries } from "./clientCatalog.ts"

const sources = "packages/sdk-python/src/vendo"

/** What ruff allows a line. */
const lineLength = 100

/** A string as ruff quotes it: with the mark it does not hold. */
const quoted = (text: string) =>
  text.includes('"') && !text.includes("'")
    ? `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')}'`
    : JSON.stringify(text)

/** A sentence as parts that fit a line, each but the last with the blank that ends it. */
const parts = (text: string, width: number): ReadonlyArray<string> => {
  const lines = [""]
  for (const word of text.split(/(?<= )/)) {
    const line = `${lines.at(-1) ?? ""}${word}`
    if (quoted(line).length <= width) lines[lines.length - 1] = line
    else lines.push(word)
  }
  return lines
}

/** A line of a dict that holds a sentence. */
const sentence = (key: string, text: string) => {
  const line = `    ${quoted(key)}: ${quoted(text)},`
  if (line.length <= lineLength) return line
  return [
    `    ${quoted(key)}: (`,
    ...parts(text, lineLength - 8).map((part) => `        ${quoted(part)}`),
    "    ),"
  ].join("\n")
}

/** A tuple of strings behind what stands before it, on one line or with one string on each. */
const tuple = (before: string, items: ReadonlyArray<string>) => {
  const line = `${before}(${items.map(quoted).join(", ")}${items.length === 1 ? "," : ""}),`
  if (line.length <= lineLength) return line
  const indent = /^ */.exec(before)?.[0] ?? ""
  return [`${before}(`, ...items.map((item) => `${indent}    ${quoted(item)},`), `${indent}),`].join("\n")
}

/** What each class says, in the order in which they are written. */
const meanings: Readonly<Record<string, string>> = {
  AuthError: "The key or the user token is missing, unknown, revoked or expired. Retrying is no help.",
  NotConnected: "Nothing is connected for the slug; in OSS mode, no variable holds its token.",
  NeedsReauth: "The user must authorise the connection again, at `connect_url`.",
  BalanceExhausted: "A metered call without funds; credit is added at `top_up_url`.",
  SpendCapExceeded: "The app has spent its daily or monthly cap; it starts anew in `retry_after` seconds.",
  RateLimited: "Too many requests; wait for `retry_after` seconds.",
  UpstreamError: "The provider or the service can not answer now. It was asked twice; later it may.",
  ValidationError: "Something in the request is malformed; `field` names it.",
  IdempotencyConflict: "An idempotency key was used again for another request.",
  VendoOnlyFeature: "Only the service can do this, and there is no key to it: set `VENDO_API_KEY`.",
  IdentityNotPresent: "A request that was to name a user has no `X-Vendo-User-JWT`."
}

const thrown = Object.entries(classes).map(([code, { name }]) => ({ code, name }))

for (const { name } of thrown) {
  if (name !== "VendoError" && !(name in meanings))
    throw new Error(`scripts/generators/python.ts does not know ${name}`)
}

const exported = ["CLASSES", "REMEDIES", ...["VendoError", ...Object.keys(meanings)].toSorted()]

const remedies = [...errorTable.map(({ code, remedy }) => [code, remedy] as const), ...Object.entries(localRemedies)]

const errors = `"""What the SDK raises: one class for each thing a caller does about it.

The exact code is in \`code\`. Made by scripts/generators/python.ts from the error table of the
service and the classes of the Promise SDK; do not edit.
"""

from vendo._error import VendoError

__all__ = [
${exported.map((name) => `    ${quoted(name)},`).join("\n")}
]


${Object.entries(meanings)
  .map(([name, meaning]) => `class ${name}(VendoError):\n    """${meaning}"""`)
  .join("\n\n\n")}


CLASSES: dict[str, type[VendoError]] = {
${thrown.map(({ code, name }) => `    ${quoted(code)}: ${name},`).join("\n")}
}
"""Which class a code is raised as. A code that is not here is a plain \`VendoError\`."""

REMEDIES: dict[str, str] = {
${remedies.map(([code, remedy]) => sentence(code, remedy)).join("\n")}
}
"""What to do about each code."""
`

const entry = (of: (typeof entries)[number]) => `    Entry(
        slug=${quoted(of.slug)},
        name=${quoted(of.name)},
        description=${quoted(of.description)},
        category=${quoted(of.category)},
${tuple("        profiles=", of.profiles)}
${tuple("        token_variables=", of.tokenVariables)}
${tuple("        variables=", of.variables)}
        exclusive=${of.exclusive ? "True" : "False"},
        docs_url=${quoted(of.docsUrl)},
        brand_color=${quoted(of.brandColor)},
    ),`

const catalog = `"""The catalog as plain data.

Made by scripts/generators/python.ts from packages/catalog; do not edit.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """What this release knows of an integration."""

    slug: str
    name: str
    description: str
    category: str
    profiles: tuple[str, ...]
    """The default first."""
    token_variables: tuple[str, ...]
    """The variables that may hold its token, the conventional one first."""
    variables: tuple[str, ...]
    """Every variable that belongs to it."""
    exclusive: bool
    docs_url: str
    brand_color: str


CATALOG: tuple[Entry, ...] = (
${entries.map(entry).join("\n")}
)

_BY_SLUG = {entry.slug: entry for entry in CATALOG}


def find(slug: str) -> Entry | None:
    """The entry of a slug, if the catalog of this release has one. Any text may be asked."""
    return _BY_SLUG.get(slug)
`

export const generators: ReadonlyArray<GeneratedFile> = [
  { path: `${sources}/errors.py`, render: () => Promise.resolve(errors) },
  { path: `${sources}/_catalog.py`, render: () => Promise.resolve(catalog) }
]
