import type { ConnectionId } from "@vendodev/domain/Ids"

/** What a connection is called outside: in what apps are shown, and in the address its provider pushes events to. */
export const externalId = (id: ConnectionId): string => `vendo_conn_${id.replaceAll("-", "")}`
