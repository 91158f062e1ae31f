const step = 0.01

/** Times in milliseconds, up to ten seconds, in steps of 10 µs. */
export const histogram = () => {
  const counts = new Uint32Array(1_000_000)
  let counted = 0
  return {
    add: (milliseconds: number): void => {
      const bucket = Math.max(0, Math.min(counts.length - 1, Math.floor(milliseconds / step)))
      counts[bucket] = (counts[bucket] ?? 0) + 1
      counted++
    },
    percentile: (share: number): number => {
      let left = Math.ceil(counted * share)
      const index = counts.findIndex((count) => (left -= count) <= 0)
      return (index + 1) * step
    }
  }
}
