/**
 * For the tests of a tool: a client whose service is in memory.
 *
 * It is the real client, with its errors, its caching and its scoping; only the
 * other end of the wire is made up.
 *
 * @module
 */
import { type Connection, type EventStreamMessage, Vendo } from "@vendodev/sdk"
import { MockService } from "./MockService.ts"

/** What a made-up connection may say; the rest is filled in. `credential` may be the token alone. */
export type FakeConnection = { readonly slug: string } & Partial<Omit<Connection, "slug" | "credential">> & {
    readonly credential?: string | Readonly<Record<string, string>> | undefined
  }

/**
 * A connection to put into a `MockClient`: `connected` unless its status says otherwise, with a made-up credential
 * unless one is given.
 */
export const fakeConnection = ({ credential, slug, ...rest }: FakeConnection): Connection => ({
  id: `cn_${slug}`,
  externalId: `vendo_conn_${slug}`,
  displayName: slug,
  category: "other",
  profile: "byok_static",
  status: "connected",
  metadata: {},
  context: null,
  apiKey: null,
  baseUrl: null,
  setupUrl: null,
  errorMessage: null,
  connectedAt: null,
  envBootstrap: null,
  exclusive: false,
  logoUrl: "",
  brandColor: "",
  docsUrl: "",
  ...rest,
  slug,
  credential:
    typeof credential === "object"
      ? credential
      : { [`${slug.toUpperCase()}_TOKEN`]: credential ?? `fake-${slug}-token` }
})

/**
 * A `Vendo` in Vendo mode whose service answers from a list of connections.
 *
 * `token` gives the first value of a connection's `credential`, and throws by its status: `available` is
 * `NotConnected`, `revoked` is `NotConnected`, `needs_reauth` is `NeedsReauth`, `error` is `UpstreamError`.
 */
export class MockClient extends Vendo {
  readonly #service: MockService

  constructor(connections: ReadonlyArray<Connection> = []) {
    const service = new MockService(connections)
    super({
      apiKey: "vendo_sk_mock",
      baseUrl: "https://mock.invalid",
      fetch: service.fetch,
      retry: { times: 0, baseMs: 1 }
    })
    this.#service = service
  }

  /** A client with these connections and no others. */
  static withConnections(connections: ReadonlyArray<Connection>): MockClient {
    return new MockClient(connections)
  }

  /** Adds a connection, or replaces the one of its slug, and says so on the event stream. */
  connect(connection: Connection): void {
    this.#service.connect(connection)
    this.invalidate(connection.slug)
    this.emit({ type: "connection.connected", data: { slug: connection.slug, connection_id: connection.id } })
  }

  /** Removes the connection of a slug, and says so on the event stream. */
  disconnect(slug: string): void {
    const removed = this.#service.disconnect(slug)
    this.invalidate(slug)
    if (removed !== undefined) {
      this.emit({ type: "connection.disconnected", data: { slug, connection_id: removed.id } })
    }
  }

  /** Sends an event to everyone who is subscribed, and to who subscribes later: the stream begins with the first. */
  emit(event: EventStreamMessage): void {
    this.#service.emit(event)
  }
}
