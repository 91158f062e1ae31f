/**
 * For every ECDSA signature (r, s) the pair (r, n − s) is as valid. Of the
 * broker's own tokens only the lower one is, so that each has one text.
 */

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const half = order >> 1n
const size = 32

const numberOf = (bytes: Uint8Array) => BigInt(`0x0${Buffer.from(bytes).toString("hex")}`)

/** `r ‖ s` of P-256. */
export const isLowS = (signature: Uint8Array): boolean => numberOf(signature.subarray(size)) <= half

/** The same signature with the lower s. */
export const withLowS = (signature: Uint8Array): Uint8Array => {
  if (isLowS(signature)) return signature
  const s = order - numberOf(signature.subarray(size))
  return Buffer.concat([signature.subarray(0, size), Buffer.from(s.toString(16).padStart(2 * size, "0"), "hex")])
}
