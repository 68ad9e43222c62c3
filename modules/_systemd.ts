import {
  type Change,
  type Failure,
  fail,
  quote,
  type ReadOnlyHost,
  type RunAction,
  type ServiceState,
  serviceChanged,
  Unavailable,
} from '../runner/module/index.ts'

export type Scope = 'system' | 'user' | 'global'

export interface UnitWish {
  readonly name?: string | undefined
  readonly state?: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined
  readonly enabled?: boolean | undefined
  readonly masked?: boolean | undefined
  readonly daemon_reload: boolean
  readonly daemon_reexec: boolean
  readonly no_block: boolean
  readonly force: boolean
  readonly scope: Scope
}

export interface UnitState {
  readonly service: ServiceState | undefined
  /** systemd manages the host; false: init scripts. */
  readonly systemd: boolean
}

export async function readUnit(host: ReadOnlyHost, wish: UnitWish): Promise<UnitState | Failure> {
  const [service, systemd] = await Promise.all([
    wish.name === undefined ? undefined : readService(host, wish.name, wish.scope),
    hasSystemd(host),
  ])
  if (service === undefined || service.exists || service.unknown !== undefined) return { service, systemd }
  const unneeded = wish.state !== 'started' && wish.state !== 'restarted' && wish.state !== 'reloaded' && wish.enabled !== true
  if (unneeded && wish.masked !== undefined) return { service, systemd }
  if (host.predicted && (await hasUnitFile(host, wish.name ?? '')))
    return { service: { ...service, exists: true, state: 'inactive', unitState: 'disabled' }, systemd }
  return fail(`Could not find the requested service ${wish.name ?? ''}: host`)
}

/** A unit file that check mode has only predicted: systemd does not know of it yet. */
async function hasUnitFile(host: ReadOnlyHost, name: string): Promise<boolean> {
  const files = await Promise.all(
    ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'].map((folder) => host.file(`${folder}/${unitName(name)}`)),
  )
  return files.some((file) => file.type !== 'absent')
}

function readService(host: ReadOnlyHost, name: string, scope: Scope): Promise<ServiceState> {
  if (scope === 'system') return host.service(name)
  const [manager, unit] = [scope === 'user' ? '--user' : '--global', quote(unitName(name))]
  return host.probe({
    kind: `service-${scope}`,
    key: name,
    script:
      scope === 'user'
        ? `systemctl --user show -p LoadState,ActiveState,UnitFileState -- ${unit}`
        : `printf 'UnitFileState=%s\\n' "$(systemctl ${manager} is-enabled -- ${unit} 2>/dev/null)"`,
    parse: (answer) =>
      answer.rc === 0 ? parseUnit(answer.text) : new Unavailable(`systemctl ${manager} does not answer: ${answer.stderr.trim()}`),
  })
}

function parseUnit(text: string): ServiceState {
  const field = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  const [load, state, unitState] = [field('LoadState'), field('ActiveState'), field('UnitFileState')]
  const exists = load === '' ? unitState !== '' && unitState !== 'not-found' : load !== 'not-found'
  return {
    exists,
    active: /^(active|activating|reloading)$/.test(state),
    state,
    enabled: /^(enabled|alias|static|generated)/.test(unitState),
    masked: load === 'masked' || unitState.startsWith('masked'),
    unitState,
  }
}

function hasSystemd(host: ReadOnlyHost): Promise<boolean> {
  return host.probe({ kind: 'init', key: 'systemd', script: '[ -d /run/systemd/system ]', parse: (answer) => answer.rc === 0 })
}

function unitName(name: string): string {
  return /\.[a-z]+$/.test(name) ? name : `${name}.service`
}

/** Reloading the manager is no change of its own, as in ansible; it comes before what needs it. */
export function planUnit(unit: UnitState, wish: UnitWish): readonly Change[] {
  const { service } = unit
  const reload: readonly Change[] = [
    ...(wish.daemon_reexec
      ? [{ what: 'execute systemd anew', actions: [systemctl(wish, 'daemon-reexec')], certainty: 'observe' as const }]
      : []),
    ...(wish.daemon_reload && unit.systemd
      ? [{ what: 'make systemd read its unit files', actions: [systemctl(wish, 'daemon-reload')], certainty: 'observe' as const }]
      : []),
  ]
  if (service === undefined || wish.name === undefined) return reload
  const name = wish.name
  return [...reload, ...masking(service, name, wish), ...enabling(unit, service, name, wish), ...activity(unit, service, name, wish)]
}

function masking(service: ServiceState, name: string, wish: UnitWish): readonly Change[] {
  if (wish.masked === undefined) return []
  const verb = wish.masked ? 'mask' : 'unmask'
  return decide(
    { known: service, part: 'masked', holds: service.masked === wish.masked },
    { what: `${verb} ${name}`, actions: [systemctl(wish, verb, name)], effects: [serviceChanged(name, { masked: wish.masked })] },
  )
}

function enabling(unit: UnitState, service: ServiceState, name: string, wish: UnitWish): readonly Change[] {
  if (wish.enabled === undefined) return []
  const verb = wish.enabled ? 'enable' : 'disable'
  const holds = isEnabled(service) === wish.enabled || (!wish.enabled && service.unitState === 'static')
  const action = unit.systemd
    ? systemctl(wish, verb, ...(wish.force && wish.enabled ? ['--force'] : []), name)
    : sysvEnable(name, wish.enabled)
  return decide(
    { known: service, part: 'enabled', holds },
    { what: `${verb} ${name}`, actions: [action], effects: [serviceChanged(name, { enabled: wish.enabled })] },
  )
}

/** A unit that is enabled for this boot only is not enabled. */
function isEnabled(service: ServiceState): boolean {
  return service.enabled && service.unitState !== 'enabled-runtime'
}

function activity(unit: UnitState, service: ServiceState, name: string, wish: UnitWish): readonly Change[] {
  const { state } = wish
  if (state === undefined) return []
  const verb = verbFor(state, service)
  const action = unit.systemd ? systemctl(wish, verb, name) : sysv(name, verb)
  const effects = [serviceChanged(name, { active: state !== 'stopped' })]
  const what = `${verb} ${name}`
  if (state === 'restarted' || state === 'reloaded') return [{ what, actions: [action], effects }]
  return decide(
    { known: service, part: 'active', holds: service.active === (state === 'started') && service.state !== 'deactivating' },
    { what, actions: [action], effects },
  )
}

/** A reload of what does not run is a start. */
function verbFor(state: NonNullable<UnitWish['state']>, service: ServiceState): 'start' | 'stop' | 'restart' | 'reload' {
  if (state === 'reloaded') return service.active || service.unknown !== undefined ? 'reload' : 'start'
  return state === 'started' ? 'start' : state === 'stopped' ? 'stop' : 'restart'
}

/** Where a package that is yet to be installed brings the service, what its installation leaves is not known. */
function decide(
  now: { readonly known: ServiceState; readonly part: 'active' | 'enabled' | 'masked'; readonly holds: boolean },
  change: Change,
): readonly Change[] {
  const { unknown, known = [] } = now.known
  if (unknown !== undefined && !known.includes(now.part)) return [{ ...change, certainty: 'maybe', why: unknown }]
  return now.holds ? [] : [change]
}

function systemctl(wish: UnitWish, ...words: readonly string[]): RunAction {
  const scope = wish.scope === 'system' ? [] : [`--${wish.scope}`]
  return { do: 'run', argv: ['systemctl', ...scope, ...(wish.no_block ? ['--no-block'] : []), ...words] }
}

function sysv(name: string, verb: string): RunAction {
  return {
    do: 'run',
    argv: [
      'sh',
      '-c',
      'if command -v service >/dev/null 2>&1; then exec service "$1" "$2"; else exec "/etc/init.d/$1" "$2"; fi',
      'service',
      bare(name),
      verb,
    ],
  }
}

function sysvEnable(name: string, enabled: boolean): RunAction {
  const script =
    'if command -v update-rc.d >/dev/null 2>&1; then update-rc.d "$1" defaults >/dev/null && exec update-rc.d "$1" "$2"; else exec rc-update "$3" "$1" default; fi'
  return { do: 'run', argv: ['sh', '-c', script, 'service', bare(name), enabled ? 'enable' : 'disable', enabled ? 'add' : 'delete'] }
}

function bare(name: string): string {
  return name.replace(/\.service$/, '')
}

export function unitResult(unit: UnitState, wish: UnitWish): Readonly<Record<string, unknown>> {
  const { service } = unit
  if (service === undefined) return { name: null, status: {} }
  const active = wish.state === undefined ? service.active : wish.state !== 'stopped'
  const told = wish.state === undefined ? {} : { state: active ? 'started' : 'stopped' }
  const enabled = wish.enabled === undefined ? {} : { enabled: wish.enabled }
  return { name: wish.name, ...told, ...enabled, status: { ActiveState: service.state, UnitFileState: service.unitState } }
}
