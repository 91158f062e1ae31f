/**
 * Which part of the service a request is for: by path prefix, or, with
 * `VENDO_DOMAIN`, by host name, where each surface starts at the root.
 */
import { Option } from "effect"
import type { Settings, Surface } from "./Settings.ts"

const prefixes: Record<Surface, ReadonlyArray<string>> = {
  credentials: ["/credentials"],
  api: ["/api", "/.well-known", "/connections", "/billing"]
}

/** The host a surface answers on, below the domain. The api is the domain itself, prefix and all. */
const hosts: ReadonlyArray<readonly [label: string, prefix: string]> = [["credentials.", "/credentials"]]

/** Answered on any host and whatever the surfaces. */
const everywhere = new Set(["/healthz", "/readyz"])

/**
 * The path inside this service for a request target and host, or none when no
 * surface of this process is there.
 */
export const locate = (settings: Settings["Service"]) => {
  const off = Object.entries(prefixes).flatMap(([name, prefixes]) =>
    settings.surfaces.some((surface) => surface === name) ? [] : prefixes
  )
  const isOff = (path: string) => off.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
  const among = (target: string): Option.Option<string> => (isOff(target) ? Option.none() : Option.some(target))

  if (Option.isNone(settings.domain)) return off.length === 0 ? Option.some : among
  const domain = settings.domain.value.toLowerCase()
  return (target: string, host: string): Option.Option<string> => {
    const name = host.replace(/:\d+$/, "").toLowerCase()
    if (everywhere.has(target.replace(/\?.*$/s, ""))) return Option.some(target)
    const found = hosts.find(([label]) => name === label + domain)
    if (found !== undefined) return among(found[1] + target)
    // On the bare domain the credentials surface has no place: it has a host of its own.
    return name === domain && !target.startsWith("/credentials/") ? among(target) : Option.none()
  }
}
