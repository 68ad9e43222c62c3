/** Names near a mistyped one, for "did you mean". Best first, at most three. */
export function nearest(name: string, candidates: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase()
  const bound = Math.max(1, Math.floor(wanted.length / 3))
  const scored: { readonly name: string; readonly score: number }[] = []
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > bound) continue
    const score = distance(wanted, candidate.toLowerCase(), bound)
    if (score <= bound) scored.push({ name: candidate, score })
  }
  return scored.sort((a, b) => a.score - b.score || a.name.localeCompare(b.name)).slice(0, 3).map((entry) => entry.name)
}

/** "did you mean copy or cpio?"; undefined where nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const names = nearest(name, candidates)
  return names.length === 0 ? undefined : `did you mean ${names.join(' or ')}?`
}

/** Edits between two texts (a swap of neighbours counts one); anything above `bound` may come back as `bound + 1`. */
function distance(a: string, b: string, bound: number): number {
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (older[j - 2] ?? 0) + 1)
      row.push(best)
    }
    if (Math.min(...row) > bound) return bound + 1
    older = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
