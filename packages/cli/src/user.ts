import { Effect } from "effect"
import { Command } from "effect/cli"
import type { RemovedUser } from "@vendodev/domain/RemovedUser"
import { answer } from "./answer.ts"
import { Tenant, userArgument } from "./flags.ts"
import { Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { facts, instant } from "./table.ts"

const text = ({ removed_at, revoked, user }: RemovedUser) =>
  facts([
    ["removed", user],
    ["revoked", revoked.length === 1 ? "1 connection" : `${revoked.length} connections`],
    ["refused", `user tokens issued until ${instant(removed_at)}`]
  ])

const remove = Command.make(
  "remove",
  { user: userArgument },
  Effect.fn("user.remove")(function* ({ user }) {
    const { removeUser } = yield* Management
    const tenant = yield* resolve.tenant
    const [removed, response] = yield* removeUser({
      params: { tenant: tenant.id, user },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(text(removed)))
  })
).pipe(
  Command.withDescription(
    "Revoke every connection of an end user, for good, and refuse all user tokens issued until now"
  ),
  Command.withExamples([
    { command: "vendo connection list --user alice", description: "What would be revoked" },
    { command: "vendo user remove alice" }
  ]),
  Command.provide(Management.layer)
)

export const user = Command.make("user").pipe(
  Command.withDescription("End users own connections inside a tenant; user tokens name them"),
  Command.withExamples([{ command: "vendo user remove alice" }]),
  Command.withSubcommands([{ group: "Commands", commands: [remove] }]),
  Command.withGlobalFlags([Tenant])
)
