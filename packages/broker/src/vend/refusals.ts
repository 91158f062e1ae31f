/** From what an upstream's refusal means to what the caller is told. */
import { Duration } from "effect"
import {
  type BrokerError,
  ConnectionNeedsReauth,
  type ErrorCode,
  ProfileUnsupported,
  UpstreamError
} from "@vendodev/domain/BrokerError"
import type { UpstreamRefusal, Verdict } from "../upstream/UpstreamRefusal.ts"
import type { RefreshFailure } from "./RefreshLease.ts"

const codes: Record<Verdict, ErrorCode> = {
  dead: "connection_needs_reauth",
  unfinished: "connection_needs_reauth",
  unservable: "profile_unsupported",
  busy: "upstream_error",
  faulty: "upstream_error",
  ours: "upstream_error"
}

export const codeOf = ({ verdict }: UpstreamRefusal): ErrorCode => codes[verdict]

/** Said in place of a flip the fuse held back. */
export const heldBack =
  "the provider refuses unusually many accounts at once; nobody is asked to authorise again before the operator has looked"

export const errorOf = ({ code, detail, retryAfter }: RefreshFailure): BrokerError => {
  switch (code) {
    case "connection_needs_reauth":
      return new ConnectionNeedsReauth({ detail })
    case "profile_unsupported":
      return new ProfileUnsupported({ detail })
    default:
      return new UpstreamError({ detail, retry_after: Math.max(1, Math.ceil(Duration.toSeconds(retryAfter))) })
  }
}
