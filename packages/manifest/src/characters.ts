/** What a manifest may be written in: not too much of it, and nothing that editors hide or readers take apart. */
import type { Finding } from "./Finding.ts"

/** As long as a manifest may be, in bytes of UTF-8. */
export const mostBytes = 64 * 1024

const encoder = new TextEncoder()

const isTooLong = (text: string) => text.length > mostBytes || encoder.encode(text).length > mostBytes

const refused: ReadonlyArray<readonly [character: RegExp, message: string]> = [
  [/\t/, "a tab: indent and separate with spaces"],
  [/\ufeff/, "a byte order mark: save the file as UTF-8 without one"],
  [/\0/, "a NUL character: this is no text file, or one in UTF-16; save it as UTF-8"],
  [/[\p{Cs}\ufffd]/u, "half a character, or one that could not be read: save the file as UTF-8"],
  [/\r/, "a carriage return alone: end lines with a line feed"],
  [/[\u202a-\u202e\u2066-\u2069]/, "a character that turns the direction of the text around: remove it"],
  [/./su, "a control character: remove it"]
]

const any = /[^\P{Cc}\r\n]|\r(?!\n)|[\p{Cs}\ufeff\ufffd\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** Each character that is refused, or that the text is too long, which is all that is said of one that is. */
export const characterFindings = (text: string): ReadonlyArray<Finding> =>
  isTooLong(text)
    ? [{ at: 0, path: "", message: "the file is longer than 64 kB, which no manifest needs" }]
    : Array.from(text.matchAll(any), ({ 0: character, index }) => ({
        at: index,
        path: "",
        message: refused.find(([pattern]) => pattern.test(character))?.[1] ?? ""
      }))
