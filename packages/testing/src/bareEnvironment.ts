/** What a process that a test starts has of the test's own environment: nothing that would change what it does. */
const named = (name: string): Readonly<Record<string, string>> => {
  const value = process.env[name]
  return value === undefined ? {} : { [name]: value }
}

export const bareEnvironment: Readonly<Record<string, string>> = { ...named("PATH"), ...named("NODE_COMPILE_CACHE") }
