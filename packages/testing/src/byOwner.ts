/** A service that answers by who asks and for what, so that every token says whose it is; and what it was sent. */

export interface Seen {
  readonly path: string
  readonly user: string | null
  readonly key: string | null
}

export interface ByOwner {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly seen: ReadonlyArray<Seen>
}

const credential = (user: string, slug: string) => ({
  access_token: `${user}:${slug}`,
  expires_at: null,
  token_type: "Bearer"
})

const connection = (user: string) => ({
  id: user,
  slug: "a",
  display_name: user,
  category: "other",
  profile: "byok_static",
  status: "connected",
  metadata: { credential: { A_TOKEN: `${user}:a` } }
})

const answer = (user: string, url: URL): unknown => {
  const path = url.pathname
  if (path.endsWith("/refused")) return { verdict: "replaced" }
  if (path.endsWith("/me/connections")) return { connections: [connection(user)] }
  if (path.endsWith("/connect-sessions")) return { url: `https://vendo.example/connect?ticket=${user}` }
  if (path.endsWith("/balance")) return { credits_remaining_micros: 1, currency: "USD", top_up_url: user }
  const slugs = url.searchParams.get("slugs")?.split(",")
  if (slugs === undefined) return credential(user, path.slice(path.lastIndexOf("/") + 1))
  return { tokens: Object.fromEntries(slugs.map((slug) => [slug, credential(user, slug)])), errors: {} }
}

export const byOwner = (): ByOwner => {
  const seen: Array<Seen> = []
  return {
    seen,
    fetch: async (url, { headers }) => {
      const sent = new Headers(headers)
      const parsed = new URL(url)
      const user = sent.get("x-vendo-user-jwt")
      seen.push({ path: parsed.pathname, user, key: sent.get("authorization") })
      return Response.json(answer(user ?? "nobody", parsed))
    }
  }
}
