/** What to do next where the service says no to an installation or a binding: who asked knows the line that was written. */
import { Option } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import { type BoundTo, ConnectionInUse, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { Manifest } from "@vendodev/domain/Manifest"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import { Advised } from "./Failure.ts"

/** The flags of `install` that serve an integration. */
const flagsFor = (slug: string): string => {
  const profiles: ReadonlyArray<Profile> = Option.match(Catalog.find(slug), {
    onNone: () => [],
    onSome: ({ profiles }) => profiles
  })
  return [
    `--use ${slug}=<connection>`,
    ...(profiles.includes("vendo_managed_pool") ? [`--pool ${slug}`] : []),
    ...(profiles.some((profile) => takesCredential[profile]) ? [`--credential-from-env ${slug}=<NAME>`] : [])
  ].join(" or ")
}

/** Taking it from its holder, who must not go on using it: a run that polls would be a second consumer. */
export const letGo = (slug: string, { app_slug: holder }: BoundTo): ReadonlyArray<string> => [
  `vendo deployment stop ${holder} # if it is one; wait until \`vendo deployment show ${holder}\` says stopped`,
  `vendo binding remove ${slug} --app ${holder}`
]

/** Of an installation: what would give what is missing, and how to free what is taken. */
export const onInstall =
  ({ integrations }: Manifest) =>
  <E>(error: E) => {
    if (!(error instanceof ValidationFailed) && !(error instanceof ConnectionInUse)) return error
    const missing = error instanceof ValidationFailed ? (error.missing ?? []) : []
    const known = new Set<string>(integrations)
    const give = missing.map((name) => (known.has(name) ? flagsFor(name) : `--set-from-env ${name}`))
    const run = (error.taken ?? []).flatMap(({ bound_to, slug }) => (bound_to === null ? [] : letGo(slug, bound_to)))
    return give.length + run.length === 0 ? error : new Advised({ error, give, run })
  }

/** Of a binding: its holder hands it over, and lets go of it first. */
export const onBind =
  (slug: string, app: string) =>
  <E>(error: E) =>
    error instanceof ConnectionInUse && error.bound_to !== null
      ? new Advised({
          error,
          give: [],
          run: [`vendo binding move ${slug} --from ${error.bound_to.app_slug} --to ${app}`]
        })
      : error
