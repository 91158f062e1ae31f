/** A code that was given for a consent. */
export interface Grant {
  readonly server: string
  readonly clientId: string
  readonly redirectUri: string
  readonly workspace: string
  readonly scope: string
  /** The challenge its verifier must meet. */
  readonly challenge: string | undefined
  readonly expiresAt: number
  used: boolean
}
