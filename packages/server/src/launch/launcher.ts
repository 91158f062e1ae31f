/** Who starts what is installed, as the settings have it. */
import { Effect, Layer } from "effect"
import { Launcher } from "@vendodev/broker/install/Launcher"
import { Settings } from "../Settings.ts"
import * as docker from "./docker.ts"
import * as processes from "./process.ts"

/** Asks for the listener: who is started here must know where it is. */
export const layer = Layer.unwrap(
  Effect.map(Settings, ({ launching }) => {
    if (launching.launcher === "none") return Launcher.none
    if (launching.launcher === "docker") return Layer.effect(Launcher, docker.make(launching))
    return Layer.effect(Launcher, processes.make(launching))
  })
)
