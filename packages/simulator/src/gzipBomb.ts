/** A small answer that unpacks to a large one. */
import { Effect } from "effect"
import { gzip } from "node:zlib"

export const unpackedBytes = 16 * 1024 * 1024

let packed: Uint8Array | undefined

/** Made once, when first asked for. */
export const gzipBomb: Effect.Effect<Uint8Array> = Effect.suspend(() =>
  packed === undefined
    ? Effect.callback<Uint8Array>((resume) =>
        gzip(new Uint8Array(unpackedBytes).fill(0x20), (error, result) => {
          packed = result
          resume(error === null ? Effect.succeed(result) : Effect.die(error))
        })
      )
    : Effect.succeed(packed)
)
