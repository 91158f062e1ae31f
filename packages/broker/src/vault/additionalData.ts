/** Each part as a 32-bit length and its bytes, so that no part can run into the next. */
export const additionalData = (...parts: ReadonlyArray<string>): Buffer => {
  let length = 0
  for (const part of parts) length += 4 + Buffer.byteLength(part)
  const out = Buffer.allocUnsafe(length)
  let at = 0
  for (const part of parts) {
    const size = out.write(part, at + 4)
    out.writeUInt32BE(size, at)
    at += 4 + size
  }
  return out
}
