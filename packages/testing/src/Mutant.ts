/**
 * A control switched off in one line, and the test that must turn red for it.
 *
 * Lists stand beside the tests they name, in `<Test>.mutants.ts`;
 * `pnpm mutants` applies each to a copy of the repository and runs its test.
 */
export interface Mutant {
  /** The promise, as a reader would look for it. */
  readonly control: string
  /** From the root of the repository. */
  readonly file: string
  /** Text that occurs once in the file. */
  readonly find: string
  readonly replace: string
  /** The test file that must fail, from the root of the repository. */
  readonly test: string
  /** Narrows the run to the tests of that name. */
  readonly name?: string
}
