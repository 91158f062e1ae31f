/** A variable of the process, as it is now. None where there is no process, or it may not be read. */
export const variable = (name: string): string | undefined => {
  try {
    return globalThis.process?.env?.[name]
  } catch {
    return undefined
  }
}
