import { quoteArgv } from '../../base/quote.ts'
import type { ServiceState } from '../host.ts'
import { type Probe, type ProbeAnswer, Unavailable } from '../probe.ts'

/** The state of services: by one `systemctl show` under systemd, else by init scripts. */
export function serviceProbe(names: readonly string[]): Probe<ReadonlyMap<string, ServiceState>> {
  return {
    kind: 'service',
    key: names.join(' '),
    script: [
      'if [ -d /run/systemd/system ]; then',
      `printf 'systemd\\n'; systemctl show -p LoadState,ActiveState,UnitFileState -- ${quoteArgv(names.map(unitName))}`,
      `else printf 'init\\n'; sr_init_state ${quoteArgv(names.map(initName))}; fi`,
    ].join('\n'),
    parse: (answer) => parseServices(names, answer),
  }
}

/** `cron` is `cron.service`; other unit types keep their ending. */
export function unitName(name: string): string {
  return /\.(service|socket|target|timer|mount|automount|swap|path|slice|scope|device)$/.test(name) ? name : `${name}.service`
}

function initName(name: string): string {
  return name.replace(/\.service$/, '')
}

function parseServices(names: readonly string[], answer: ProbeAnswer): ReadonlyMap<string, ServiceState> | Unavailable {
  const end = answer.text.indexOf('\n')
  const body = answer.text.slice(end + 1)
  if (answer.rc !== 0) return new Unavailable(`cannot ask for the state of ${names.join(', ')}: ${answer.stderr.trim()}`)
  if (answer.text.slice(0, end) === 'init') return parseInit(names, body)
  const blocks = body.trim().split(/\n\n+/)
  return new Map(names.map((name, index) => [name, parseUnit(blocks[index] ?? '')]))
}

function parseUnit(block: string): ServiceState {
  const field = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? ''
  const unitState = field('UnitFileState')
  const load = field('LoadState')
  return {
    exists: load !== 'not-found' && load !== '',
    active: /^(active|reloading|activating)$/.test(field('ActiveState')),
    state: field('ActiveState'),
    enabled: /^(enabled|enabled-runtime|alias|static|generated)$/.test(unitState),
    masked: load === 'masked' || unitState.startsWith('masked'),
    unitState,
  }
}

/** Lines are `exists active enabled`, each 0 or 1. */
function parseInit(names: readonly string[], body: string): ReadonlyMap<string, ServiceState> {
  const lines = body.split('\n')
  return new Map(
    names.map((name, index) => {
      const [exists, active, enabled] = (lines[index] ?? '').split(' ').map((flag) => flag === '1')
      const on = enabled === true
      return [
        name,
        {
          exists: exists === true,
          active: active === true,
          state: active === true ? 'active' : 'inactive',
          enabled: on,
          masked: false,
          unitState: on ? 'enabled' : 'disabled',
        },
      ]
    }),
  )
}
