/** The package.json that is published, made of the one in the repository. */
import { entriesOf, type Published, type Source } from "./published.ts"

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly description?: string
  readonly keywords?: ReadonlyArray<string>
  readonly type: "module"
  readonly sideEffects: false
  readonly engines: { readonly node: string }
  readonly main: string
  readonly types: string
  readonly exports: Readonly<Record<string, string | Conditions>>
  readonly typesVersions?: { readonly "*": Readonly<Record<string, ReadonlyArray<string>>> }
  readonly files: ReadonlyArray<string>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

interface Conditions {
  readonly import: { readonly types: string; readonly default: string }
  readonly require: { readonly types: string; readonly default: string }
}

const conditions = (entry: string): Conditions => ({
  import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
  require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` }
})

/** `versionOf` says the version of a peer the repository is tested with. */
export const manifestOf = (
  source: Source,
  { node, peers }: Pick<Published, "node" | "peers">,
  versionOf: (peer: string) => string
): Manifest => {
  const entries = [...entriesOf(source).keys()]
  const subpaths = entries.filter((entry) => entry !== "index")
  return {
    name: source.name,
    version: source.version,
    license: source.license,
    ...(source.description !== undefined && { description: source.description }),
    ...(source.keywords !== undefined && { keywords: source.keywords }),
    type: "module",
    sideEffects: false,
    engines: { node },
    main: "./dist/index.cjs",
    types: "./dist/index.d.cts",
    exports: {
      ...Object.fromEntries(entries.map((entry) => [entry === "index" ? "." : `./${entry}`, conditions(entry)])),
      "./package.json": "./package.json"
    },
    // For resolvers that are older than `exports`.
    ...(subpaths.length > 0 && {
      typesVersions: { "*": Object.fromEntries(subpaths.map((entry) => [entry, [`./dist/${entry}.d.cts`]])) }
    }),
    files: ["dist", "THIRD_PARTY_LICENSES"],
    // Minor versions of Effect move what is marked unstable, and the SDK stands on some of it.
    ...(peers.length > 0 && {
      peerDependencies: Object.fromEntries(peers.map((peer) => [peer, `~${versionOf(peer)}`]))
    })
  }
}
