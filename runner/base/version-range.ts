/** Whether a version is what a requirement asks for: `>=1.2,<2`, `!=1.5.0`, `==2.0.0`, `2.0.0`, `*`. */
export function meetsVersion(version: string, requirement: string): boolean {
  return requirement
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '*')
    .every((part) => meetsOne(version, part))
}

function meetsOne(version: string, part: string): boolean {
  const [, operator = '==', wanted = ''] = /^(>=|<=|==|!=|>|<|=)?\s*(.*)$/.exec(part) ?? []
  if (wanted === '*') return operator !== '!='
  const order = compareVersions(version, wanted)
  switch (operator) {
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '!=':
      return order !== 0
    default:
      return order === 0
  }
}

/** Below 0 where `a` is older than `b`: by numbers, a pre-release before its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)]
  for (let at = 0; at < Math.max(left.numbers.length, right.numbers.length); at++) {
    const difference = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0)
    if (difference !== 0) return difference
  }
  if (left.pre === right.pre) return 0
  if (left.pre === '' || right.pre === '') return left.pre === '' ? 1 : -1
  return left.pre < right.pre ? -1 : 1
}

function parse(text: string): { readonly numbers: readonly number[]; readonly pre: string } {
  const [, release = '', pre = ''] = /^v?([\d.]*)-?([^+]*)/.exec(text.trim()) ?? []
  return { numbers: release.split('.').map(Number), pre }
}
