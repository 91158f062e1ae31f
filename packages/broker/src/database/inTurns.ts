import { Effect, Exit } from "effect"

interface Waiter<Question, Answer, E> {
  readonly question: Question
  readonly resume: (answer: Effect.Effect<Answer, E>) => void
}

/**
 * Answers concurrent questions in groups of `atMost`, without a timer: while
 * `turns` groups are out, the next one collects, and it leaves when one of them
 * is back. A lone question leaves at once.
 *
 * `answer` gives one answer per question, in their order. A group that fails,
 * fails for all who asked in it; who stops waiting before it leaves is not in it.
 */
export const inTurns = <Question, Answer, E>(
  { atMost, turns }: { readonly turns: number; readonly atMost: number },
  answer: (questions: ReadonlyArray<Question>) => Effect.Effect<ReadonlyArray<Answer>, E>
): Effect.Effect<(question: Question) => Effect.Effect<Answer, E>> =>
  Effect.map(Effect.context<never>(), (context) => {
    // A group belongs to nobody who asked: it runs in our context, and none of them can interrupt it.
    const fork = Effect.runForkWith(context)
    let waiting: Array<Waiter<Question, Answer, E>> = []
    let out = 0
    let leaving = false

    const leave = (how: Effect.Effect<void>) => {
      if (leaving || out === turns || waiting.length === 0) return
      leaving = true
      fork(how)
    }
    const depart = () => leave(Effect.andThen(Effect.yieldNow, group))

    const group = Effect.suspend(() => {
      const members = waiting.slice(0, atMost)
      waiting = waiting.slice(atMost)
      leaving = false
      if (members.length === 0) return Effect.void
      out++
      depart()
      return Effect.map(Effect.exit(answer(members.map(({ question }) => question))), (exit) => {
        out--
        // Those who waited for this leave before its answers are written, so that the database has something to do meanwhile.
        leave(group)
        members.forEach(({ resume }, index) => resume(pick(exit, index, members.length)))
      })
    })

    return (question) =>
      Effect.callback<Answer, E>((resume) => {
        const waiter = { question, resume }
        waiting.push(waiter)
        depart()
        return Effect.sync(() => {
          waiting = waiting.filter((other) => other !== waiter)
        })
      })
  })

const pick = <Answer, E>(
  exit: Exit.Exit<ReadonlyArray<Answer>, E>,
  index: number,
  asked: number
): Effect.Effect<Answer, E> => {
  if (Exit.isFailure(exit)) return Effect.failCause(exit.cause)
  const answer = exit.value[index]
  return answer === undefined || exit.value.length !== asked
    ? Effect.die(new Error(`${asked} questions got ${exit.value.length} answers`))
    : Effect.succeed(answer)
}
