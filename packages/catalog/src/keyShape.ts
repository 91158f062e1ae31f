/** What a pasted key looks like, before anybody is asked about it. */
import { Option, Redacted } from "effect"
import { integrations } from "./Catalog.ts"
import type { Integration } from "./Integration.ts"

const hasShapeOf = ({ shape }: Integration, key: Redacted.Redacted): boolean =>
  shape !== undefined && new RegExp(shape.pattern).test(Redacted.value(key))

/**
 * What to say of a key that does not look like one of the integration's: none when it does, or when the integration
 * has no shape. A key that looks like another provider's, and no third one's, names that provider.
 */
export const misfit = (integration: Integration, key: Redacted.Redacted): Option.Option<string> => {
  const { name, shape } = integration
  if (shape === undefined || hasShapeOf(integration, key)) return Option.none()
  const [other, ...more] = integrations.filter((each) => hasShapeOf(each, key))
  return Option.some(
    other === undefined || more.length > 0
      ? `this does not look like ${shape.hint}`
      : `this looks like a key of ${other.name}; ${name} takes ${shape.hint}`
  )
}
