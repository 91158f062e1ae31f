import { HttpApiMiddleware } from "effect/http-api"

/** Lets a request carry a manifest: 256 kB, where others may send 64 kB. */
export class LongBody extends HttpApiMiddleware.Service<LongBody>()("@vendodev/api/LongBody") {}
