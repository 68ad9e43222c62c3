/** Debian's version order: epoch, upstream version and revision, `~` before the end, letters before the rest. Negative: a is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)]
  return left.epoch - right.epoch || comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision)
}

/** Whether an installed version is what `pkg=1.2*` or `pkg>=1.2` asks for; `*`, `?` and `[…]` match as in file names. */
export function versionMatches(version: string, wanted: { readonly operator: '=' | '>='; readonly version: string }): boolean {
  if (wanted.operator === '>=') return compareVersions(version, wanted.version) >= 0
  return version === wanted.version || globPattern(wanted.version).test(version)
}

function split(version: string): { readonly epoch: number; readonly upstream: string; readonly revision: string } {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

/** Texts without digits and numbers in turn. */
function comparePart(a: string, b: string): number {
  const [left, right] = [a.match(/\D+|\d+/g) ?? [], b.match(/\D+|\d+/g) ?? []]
  const pairs = [pieces(left), pieces(right)] as const
  const length = Math.max(pairs[0].length, pairs[1].length)
  for (let index = 0; index < length; index += 1) {
    const [x, y] = [pairs[0][index] ?? { text: '', number: 0 }, pairs[1][index] ?? { text: '', number: 0 }]
    const order = compareText(x.text, y.text) || x.number - y.number
    if (order !== 0) return order
  }
  return 0
}

function pieces(parts: readonly string[]): readonly { readonly text: string; readonly number: number }[] {
  const out: { text: string; number: number }[] = []
  for (const part of parts) {
    const last = out.at(-1)
    if (!/^\d/.test(part)) out.push({ text: part, number: 0 })
    else if (last === undefined) out.push({ text: '', number: Number(part) })
    else last.number = Number(part)
  }
  return out
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = weight(a[index]) - weight(b[index])
    if (order !== 0) return order
  }
  return 0
}

function weight(char: string | undefined): number {
  if (char === '~') return -1
  if (char === undefined) return 0
  const code = char.charCodeAt(0)
  return /[A-Za-z]/.test(char) ? code : code + 256
}

function globPattern(glob: string): RegExp {
  const text = glob
    .replace(/[.+^$(){}|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${text}$`)
}
