/** Secrets that are planted, and a search for them in whatever form they may have taken. */

export interface Canary {
  readonly what: string
  /** The part nothing may show. Of a key that leaves out the prefix and the four characters of its hint. */
  readonly secret: string | Buffer
}

export interface Finding {
  readonly what: string
  readonly form: string
  /** What stands around it, without it. */
  readonly around: string
}

/** In base64 the same bytes have three forms, by where they begin; of each, what does not depend on their neighbours. */
const base64At = (bytes: Buffer, offset: number): Buffer => {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString("base64")
    .replace(/=+$/, "")
  const last = (offset + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1
  return Buffer.from(encoded.slice(Math.ceil((offset * 4) / 3), last))
}

const base64url = (base64: Buffer) => Buffer.from(base64.toString().replaceAll("+", "-").replaceAll("/", "_"))

/** Every form in which a secret is searched for. */
export const formsOf = (secret: string | Buffer): ReadonlyArray<readonly [form: string, bytes: Buffer]> => {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString("hex")
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset))
  return [
    ["plain", bytes],
    ...base64.map((form) => ["base64", form] as const),
    ...base64.map((form) => ["base64url", base64url(form)] as const),
    ["hex", Buffer.from(hex)],
    ["HEX", Buffer.from(hex.toUpperCase())],
    ["percent-encoded in full", Buffer.from(hex.replaceAll(/../g, "%$&"))],
    ["reversed", Buffer.from(bytes.toReversed())],
    ...(typeof secret === "string" ? formsOfText(secret) : [])
  ]
}

const formsOfText = (secret: string): ReadonlyArray<readonly [form: string, bytes: Buffer]> => {
  const json = JSON.stringify(secret).slice(1, -1)
  return [
    ["percent-encoded", Buffer.from(encodeURIComponent(secret))],
    ["JSON", Buffer.from(json)],
    ["JSON in JSON", Buffer.from(JSON.stringify(json).slice(1, -1))],
    ["UTF-16", Buffer.from(secret, "utf16le")]
  ]
}

interface Sought {
  readonly canary: Canary
  readonly form: string
  readonly bytes: Buffer
}

/** A search for all forms of all canaries at once: one pass, however many there are. */
export const scanner = (canaries: ReadonlyArray<Canary>) => {
  const byStart = new Map<number, Array<Sought>>()
  const isStart = new Uint8Array(0x10000)
  for (const canary of canaries) {
    const forms = formsOf(canary.secret)
    for (const [index, [form, bytes]] of forms.entries()) {
      // A secret that needs no escaping is plain, whatever else it may be called.
      if (forms.findIndex(([, other]) => other.equals(bytes)) < index) continue
      const start = bytes.readUInt32BE(0)
      byStart.set(start, [...(byStart.get(start) ?? []), { canary, form, bytes }])
      isStart[start >>> 16] = 1
    }
  }
  return (text: string | Buffer): ReadonlyArray<Finding> => {
    const bytes = typeof text === "string" ? Buffer.from(text) : text
    const found = new Map<string, Finding>()
    for (let i = 0; i + 4 <= bytes.length; i++) {
      if (isStart[((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)] !== 1) continue
      for (const sought of byStart.get(bytes.readUInt32BE(i)) ?? []) {
        const end = i + sought.bytes.length
        if (!bytes.subarray(i, end).equals(sought.bytes)) continue
        const { what } = sought.canary
        const around = `${bytes.toString("latin1", Math.max(0, i - 80), i)}…${bytes.toString("latin1", end, end + 40)}`
        found.set(`${what} ${sought.form}`, { what, form: sought.form, around })
      }
    }
    return [...found.values()]
  }
}
