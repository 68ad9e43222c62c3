import type { HostTally, RunEventOf } from '../base/event.ts'
import type { AnsibleColour, AnsibleDisplay } from './_ansible-display.ts'

const COLUMNS: readonly (readonly [keyof HostTally, AnsibleColour])[] = [
  ['ok', 'ok'],
  ['changed', 'changed'],
  ['unreachable', 'unreachable'],
  ['failed', 'error'],
  ['skipped', 'skip'],
  ['rescued', 'ok'],
  ['ignored', 'warn'],
]

/** `PLAY RECAP`: a line for each host that anything was counted of, by name. */
export function showRecap(hosts: RunEventOf<'run-end'>['hosts'], display: AnsibleDisplay): void {
  display.banner('PLAY RECAP')
  const counted = Object.entries(hosts).filter(([, tally]) => Object.values(tally).some((count) => count > 0))
  for (const [host, tally] of counted.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const cells = COLUMNS.map(([key, colour]) =>
      display.paint(`${key}=${String(tally[key]).padEnd(4)}`, tally[key] === 0 ? undefined : colour),
    )
    display.show(`${hostCell(host, tally, display)} : ${cells.join(' ')}`)
  }
  display.show('')
}

/** 26 columns; colours count as eleven more. */
function hostCell(host: string, tally: HostTally, display: AnsibleDisplay): string {
  if (!display.colours) return host.padEnd(26)
  const colour = tally.failed > 0 || tally.unreachable > 0 ? 'error' : tally.changed > 0 ? 'changed' : 'ok'
  return display.paint(host, colour).padEnd(37)
}
