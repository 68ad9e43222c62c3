/** A hint with the names closest to one that does not exist, or nothing where none is close. */
export function suggest(wanted: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  const close: { name: string; distance: number }[] = []
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) > limit) continue
    const distance = editDistance(wanted, name)
    if (distance <= limit) close.push({ name, distance })
  }
  const best = close.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1)).slice(0, 3)
  return best.length === 0 ? undefined : `did you mean ${best.map(({ name }) => `'${name}'`).join(' or ')}?`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  let before: number[] = []
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      next.push(cost)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
