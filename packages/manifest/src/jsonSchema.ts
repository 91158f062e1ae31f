/** The keys of `vendo.yaml` as JSON Schema, for editors: what it can not say, only the parser knows. */
import type { Schema } from "effect"
import type { Key, Shape } from "./shape.ts"
import { vendoYaml } from "./vendoYaml.ts"

type JsonObject = { readonly [name: string]: Schema.Json }

const property = ({ absent, description, shape }: Key): JsonObject => ({
  description,
  ...schemaOf(shape),
  ...(absent === undefined || absent === null ? {} : { default: absent })
})

const schemaOf = (shape: Shape): JsonObject => {
  switch (shape.kind) {
    case "text": {
      const patterns = shape.rules.map(({ pattern }) => ({ pattern: pattern.source }))
      const [only] = patterns
      return { type: "string", ...(only !== undefined && patterns.length === 1 ? only : { allOf: patterns }) }
    }
    case "choice":
      return { type: "string", enum: shape.words }
    case "whole":
      return shape.minimum === shape.maximum
        ? { type: "integer", const: shape.minimum }
        : { type: "integer", minimum: shape.minimum, maximum: shape.maximum }
    case "list":
      return { type: "array", items: schemaOf(shape.items), uniqueItems: true }
    case "mapping": {
      const keys = Array.from(shape.keys)
      return {
        type: "object",
        properties: Object.fromEntries(keys.map(([name, key]) => [name, property(key)])),
        required: keys.filter(([, { absent }]) => absent === undefined).map(([name]) => name),
        additionalProperties: false
      }
    }
  }
}

/** Draft 2020-12. */
export const jsonSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "vendo.yaml, version 1",
  description: "What a tool says it needs when it is installed.",
  ...schemaOf(vendoYaml)
}
