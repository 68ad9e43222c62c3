import { unified } from '../../runner/report/_unified.ts'
import { areas, type Case, casesOf, pendingCases, readAnswer } from './_case.ts'
import { askOurs } from './_ours.ts'
import type { Outcome } from './_outcome.ts'

/** Shows where our answers are not the recorded ones: `npm run conformance:compare [-- AREA[/NAME]…]`. A summary of all where nothing is named. */
const wanted = process.argv.slice(2)
const isWanted = ({ id }: Case): boolean => wanted.length === 0 || wanted.some((word) => id === word || id.startsWith(`${word}/`))
const pending = pendingCases()
let [same, other] = [0, 0]
for (const each of areas().flatMap(casesOf).filter(isWanted)) {
  const lines = difference(each, await askOurs(each))
  if (lines.length === 0) same++
  else other++
  if (lines.length > 0 || pending.has(each.id)) process.stdout.write(`${lines.length === 0 ? 'now the same' : 'differs'}: ${each.id}\n`)
  if (wanted.length > 0) process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
process.stdout.write(`${String(same)} the same, ${String(other)} different\n`)

function difference(each: Case, ours: Outcome): readonly string[] {
  const answer = { ...readAnswer(each, 'ansible'), ...readAnswer(each, 'ours') }
  const text = (outcome: typeof answer): string =>
    [
      `exit ${String(outcome.exit)}`,
      ...(outcome.stdout ?? []).map((line) => `out| ${line}`),
      ...(outcome.stderr ?? []).map((line) => `err| ${line}`),
      ...(outcome.results ?? []).map((line) => `res| ${JSON.stringify(line, sorted)}`),
      '',
    ].join('\n')
  return unified({ beforeName: 'ansible', afterName: 'ours', before: text(answer), after: text(ours) })
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
