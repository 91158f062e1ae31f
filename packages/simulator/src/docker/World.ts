/** What a simulated Docker engine and its controls share. */
import { Option, Schema, Struct } from "effect"
import type { Fault } from "../Fault.ts"
import * as Ledger from "../Ledger.ts"

export const Settings = Schema.Struct({
  /** The newest and the oldest API it speaks. */
  apiVersion: Schema.String,
  minApiVersion: Schema.String,
  latencyMs: Schema.Finite
})
export type Settings = typeof Settings.Type

export const SettingsPatch = Settings.mapFields(Struct.map(Schema.optionalKey))
export type SettingsPatch = typeof SettingsPatch.Type

const defaultSettings: Settings = { apiVersion: "1.47", minApiVersion: "1.24", latencyMs: 0 }

/** What a container is made of, as far as anybody here says. */
export const Spec = Schema.Struct({
  Image: Schema.NonEmptyString,
  Cmd: Schema.optionalKey(Schema.Array(Schema.String)),
  WorkingDir: Schema.optionalKey(Schema.String),
  Env: Schema.optionalKey(Schema.Array(Schema.String)),
  Labels: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  HostConfig: Schema.optionalKey(
    Schema.Struct({
      Init: Schema.optionalKey(Schema.Boolean),
      RestartPolicy: Schema.optionalKey(Schema.Struct({ Name: Schema.String })),
      AutoRemove: Schema.optionalKey(Schema.Boolean),
      NetworkMode: Schema.optionalKey(Schema.String)
    })
  )
})
export type Spec = typeof Spec.Type

export interface Container {
  readonly id: string
  readonly name: string
  readonly spec: Spec
  readonly status: "created" | "running" | "exited"
}

export interface World {
  settings: Settings
  readonly ledger: Ledger.Ledger
  faults: ReadonlyArray<Fault>
  /** Those that are on the machine, with their tag. */
  readonly images: Set<string>
  /** Those that can be fetched, and what becomes of it: nothing, or an error in the midst. */
  readonly registry: Map<string, string | null>
  /** By id. */
  readonly containers: Map<string, Container>
}

export const make = (settings: SettingsPatch): World => ({
  settings: { ...defaultSettings, ...settings },
  ledger: Ledger.make(),
  faults: [],
  images: new Set(),
  registry: new Map(),
  containers: new Map()
})

/** With the tag it has when none is named. */
export const tagged = (image: string): string =>
  image.includes("@") || image.lastIndexOf(":") > image.lastIndexOf("/") ? image : `${image}:latest`

/** By id or by name. */
export const find = ({ containers }: World, key: string): Option.Option<Container> =>
  Option.fromUndefinedOr(containers.get(key) ?? [...containers.values()].find(({ name }) => name === key))

export const put = ({ containers }: World, container: Container): Container => {
  containers.set(container.id, container)
  return container
}
