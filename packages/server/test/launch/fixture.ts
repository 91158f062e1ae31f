/** Something to launch. */
import { Redacted } from "effect"
import { AppId, Slug, TenantId } from "@vendodev/domain/Ids"
import type { Launch } from "@vendodev/domain/Installation"

export const tenant = TenantId.make("00000000-0000-4000-8000-0000000000aa")
export const deployment = { id: AppId.make("00000000-0000-4000-8000-0000000000bb"), slug: Slug.make("echo") }
export const name = `${tenant}-echo`

/** The key of a launch. Wherever else it turns up, it has leaked. */
export const secret = "canary-of-a-key-bcf1"

export const launching = (launch: Launch) => ({ tenant, deployment, launch, key: Redacted.make(secret) })
