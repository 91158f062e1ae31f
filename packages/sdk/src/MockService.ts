/** The other end of the wire, in memory: answers as the service does, from a list of connections. */
import type { Connection, EventStreamMessage } from "@vendodev/sdk"

interface Refusal {
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** What a connection that vends nothing is answered with. */
const refusals: Readonly<Record<string, Refusal>> = {
  available: { status: 403, code: "binding_missing", detail: "no connection is bound" },
  pending_setup: { status: 401, code: "connection_needs_reauth", detail: "the connection is not set up yet" },
  needs_reauth: { status: 401, code: "connection_needs_reauth", detail: "the user must authorise it again" },
  revoked: { status: 403, code: "connection_revoked", detail: "the connection was revoked" },
  error: { status: 502, code: "upstream_error", detail: "the provider does not answer" }
}

const unbound: Refusal = { status: 403, code: "binding_missing", detail: "no connection is bound" }
const unknown: Refusal = { status: 404, code: "not_found", detail: "the mock has no such route" }
const noIntegration: Refusal = { status: 404, code: "provider_unknown", detail: "the mock has no catalog" }

const refused = ({ code, detail, status }: Refusal) =>
  Response.json({ error: code.replaceAll("_", " "), detail }, { status, headers: { "vendo-error-code": code } })

const wireOf = (connection: Connection) => ({
  id: connection.id,
  external_id: connection.externalId,
  slug: connection.slug,
  display_name: connection.displayName,
  category: connection.category,
  profile: connection.profile,
  status: connection.status,
  metadata: { ...connection.metadata, ...(connection.credential && { credential: connection.credential }) },
  context: connection.context,
  api_key: connection.apiKey,
  base_url: connection.baseUrl,
  setup_url: connection.setupUrl,
  error_message: connection.errorMessage,
  connected_at: connection.connectedAt,
  env_bootstrap: connection.envBootstrap && {
    vars: connection.envBootstrap.vars.map(({ name, valueFrom }) => ({ name, value_from: valueFrom })),
    restart: connection.envBootstrap.restart
  },
  exclusive: connection.exclusive,
  logo_url: connection.logoUrl,
  brand_color: connection.brandColor,
  docs_url: connection.docsUrl
})

export class MockService {
  readonly #connections: Map<string, Connection>
  readonly #events: Array<EventStreamMessage> = []
  readonly #listeners = new Set<(event: Uint8Array) => void>()

  constructor(connections: ReadonlyArray<Connection>) {
    this.#connections = new Map(connections.map((connection) => [connection.slug, connection]))
  }

  connect(connection: Connection): void {
    this.#connections.set(connection.slug, connection)
  }

  disconnect(slug: string): Connection | undefined {
    const removed = this.#connections.get(slug)
    this.#connections.delete(slug)
    return removed
  }

  emit(event: EventStreamMessage): void {
    this.#events.push({ ...event, id: event.id ?? String(this.#events.length + 1) })
    const block = blockOf(this.#events.at(-1) ?? event)
    for (const listener of this.#listeners) listener(block)
  }

  readonly fetch = async (url: string, { body, headers, signal }: RequestInit): Promise<Response> => {
    const { origin, pathname, searchParams } = new URL(url)
    const [surface, ...rest] = pathname.slice(1).split("/")
    if (surface === "credentials") return this.#credentials(rest, searchParams.get("slugs") ?? "")
    switch (pathname) {
      case "/api/deployments/me/connections":
        return Response.json({ connections: Array.from(this.#connections.values(), wireOf) })
      case "/api/deployments/me/events":
        return new Response(this.#stream(new Headers(headers).get("last-event-id"), signal ?? undefined), {
          headers: { "content-type": "text/event-stream" }
        })
      case "/api/connect-sessions": {
        const { slug }: { readonly slug?: unknown } = JSON.parse(String(body))
        return Response.json({ url: `${origin}/connections/connect/${String(slug)}?ticket=mock` }, { status: 201 })
      }
      case "/api/integrations":
        return Response.json({ integrations: [] })
      case "/api/billing/balance":
        return Response.json({ credits_remaining_micros: 0, currency: "USD", top_up_url: `${origin}/billing/top-up` })
      case "/api/billing/spend-caps":
        return Response.json({ daily_micros: null, monthly_micros: null, used_today_micros: 0, used_month_micros: 0 })
      case "/api/billing/usage":
        return Response.json({ since: "1970-01-01T00:00:00.000Z", total_micros: 0, providers: [] })
      default:
        return refused(pathname.startsWith("/api/integrations/") ? noIntegration : unknown)
    }
  }

  #credentials([slug = "", action]: ReadonlyArray<string>, slugs: string): Response {
    if (action === "refused") return Response.json({ verdict: "unchanged" })
    if (slug !== "_bulk") {
      const answer = this.#vend(slug)
      return "code" in answer ? refused(answer) : Response.json(answer)
    }
    const answers = slugs.split(",").map((slug) => [slug, this.#vend(slug)] as const)
    return Response.json({
      tokens: Object.fromEntries(answers.map(([slug, answer]) => [slug, "code" in answer ? null : answer])),
      errors: Object.fromEntries(answers.flatMap(([slug, answer]) => ("code" in answer ? [[slug, answer]] : [])))
    })
  }

  #vend(slug: string) {
    const connection = this.#connections.get(slug)
    if (connection === undefined) return unbound
    const refusal = refusals[connection.status]
    const [token] = Object.values(connection.credential ?? {})
    if (refusal !== undefined) return refusal
    return token === undefined ? unbound : { access_token: token, expires_at: null, token_type: "Bearer" }
  }

  #stream(lastEventId: string | null, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
    const after = this.#events.findLastIndex(({ id }) => id === lastEventId) + 1
    let listener: ((event: Uint8Array) => void) | undefined
    const stop = () => listener !== undefined && this.#listeners.delete(listener)
    return new ReadableStream({
      start: (controller) => {
        for (const event of this.#events.slice(after)) controller.enqueue(blockOf(event))
        listener = (block) => controller.enqueue(block)
        this.#listeners.add(listener)
        signal?.addEventListener("abort", stop, { once: true })
      },
      cancel: () => void stop()
    })
  }
}

const blockOf = ({ data, id, type }: EventStreamMessage): Uint8Array =>
  new TextEncoder().encode(`id: ${id ?? ""}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
