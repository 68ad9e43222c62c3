import type { HostTally, RunEvent, RunEventOf } from '../base/event.ts'
import type { Screen } from './_screen.ts'
import type { Style } from './_style.ts'
import { duration } from './duration.ts'
import type { Reporter } from './reporter.ts'

const COLUMNS: readonly (readonly [keyof HostTally, Style])[] = [
  ['ok', 'ok'],
  ['changed', 'changed'],
  ['unreachable', 'unreachable'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['rescued', 'changed'],
  ['ignored', 'changed'],
]
const UNKNOWN = ['unknown', 'unknown'] as const
const SLOW = 1
const MOST_SLOW = 5

interface Timing {
  readonly name: string
  readonly host: string
  readonly seconds: number
}

/** The end of a run: counts of each host, how long it took and with what, and in check mode what would change. */
export function createRecapReporter(screen: Screen): Reporter {
  let checkMode = false
  const timings: Timing[] = []
  const handle = (event: RunEvent): void => {
    if (event.type === 'run-start') checkMode = event.checkMode
    if (event.type === 'host-task-result' && event.seconds >= SLOW)
      timings.push({ name: event.task.name, host: event.host, seconds: event.seconds })
    if (event.type === 'run-end') screen.print(recap(event, { checkMode, timings, screen }))
  }
  return { handle, finish: () => Promise.resolve() }
}

interface RecapContext {
  readonly checkMode: boolean
  readonly timings: readonly Timing[]
  readonly screen: Screen
}

function recap(event: RunEventOf<'run-end'>, { checkMode, timings, screen }: RecapContext): string[] {
  const hosts = Object.entries(event.hosts).sort(([a], [b]) => a.localeCompare(b))
  const columns = checkMode ? [...COLUMNS, UNKNOWN] : COLUMNS
  const width = Math.max(12, ...hosts.map(([host]) => host.length))
  const rows = hosts.map(
    ([host, tally]) =>
      `  ${host.padEnd(width)}  ${columns
        .map(([key, style]) => cell(screen, { key, style, count: tally[key] }))
        .join(' ')
        .trimEnd()}`,
  )
  const slow = slowest(timings).map(
    ({ name, host, seconds }) => `  ${duration(seconds).padStart(8)}  ${name} ${screen.paint('dim', `(${host})`)}`,
  )
  return [
    '',
    `${screen.paint('heading', 'RECAP')}  ${screen.paint('dim', `in ${duration(event.seconds)}`)}`,
    ...rows,
    ...(slow.length === 0 ? [] : ['', screen.paint('dim', 'Slowest tasks:'), ...slow]),
    ...(checkMode ? ['', prediction(Object.values(event.hosts))] : []),
    '',
  ]
}

function cell(screen: Screen, { key, style, count }: { readonly key: string; readonly style: Style; readonly count: number }): string {
  const text = `${key}=${String(count)}`.padEnd(key.length + 4)
  return screen.paint(count === 0 ? 'dim' : style, text)
}

/** Each task once, with the host that took longest. */
function slowest(timings: readonly Timing[]): Timing[] {
  const worst = new Map<string, Timing>()
  for (const timing of timings) if (timing.seconds > (worst.get(timing.name)?.seconds ?? 0)) worst.set(timing.name, timing)
  return [...worst.values()].sort((a, b) => b.seconds - a.seconds).slice(0, MOST_SLOW)
}

function prediction(tallies: readonly HostTally[]): string {
  const sum = (key: keyof HostTally): number => tallies.reduce((total, tally) => total + tally[key], 0)
  const changed = sum('changed')
  return `Check mode: would change ${String(changed)} host-task${changed === 1 ? '' : 's'}; ${String(sum('unknown'))} unknown`
}
