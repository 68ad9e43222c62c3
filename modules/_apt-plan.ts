import { type Change, type Effect, type PackageState, packageInstalled, packageRemoved, resource } from '../runner/module/index.ts'
import { APT_ENV, type AptArguments, aptChange, aptGet, aptOptions, aptUpdate } from './_apt.ts'
import { type AptState, FETCH, REFRESHED, upgradeVerb, type Wanted } from './_apt-state.ts'
import { compareVersions, versionMatches } from './_deb-version.ts'

/** What apt prints where it had nothing to do. */
const NOTHING_DONE = '^0 upgraded, 0 newly installed, 0 to remove'

export function planApt(state: AptState, args: AptArguments): readonly Change[] {
  return [
    ...update(state, args),
    ...(args.clean ? [{ what: 'delete downloaded packages', actions: [aptGet(args, 'clean', 'clean')] }] : []),
    ...upgrade(state, args),
    ...debFile(state, args),
    ...(args.state === 'absent' ? removal(state, args) : installation(state, args)),
    ...simulated(state, args),
  ]
}

/** Beside packages a refresh is no change of its own, as in ansible. */
function update(state: AptState, args: AptArguments): readonly Change[] {
  if (!state.updateDue) return []
  const alone = args.name.length === 0 && args.deb === undefined && args.upgrade === 'no'
  return [{ what: 'refresh the package lists', actions: [aptUpdate(args)], effects: [REFRESHED], certainty: alone ? 'change' : 'observe' }]
}

function upgrade(state: AptState, args: AptArguments): readonly Change[] {
  const verb = upgradeVerb(args)
  if (verb === undefined) return []
  const lines = state.simulated[verb] ?? []
  const packages = lines.filter((line) => line.startsWith('Inst ')).map((line) => line.split(' ')[1] ?? '')
  const actions = aptChange(args, 'upgrade', verb, verb === 'upgrade' && args.upgrade !== 'no' ? ['--with-new-pkgs'] : [])
  if (packages.length > 0 || lines.length > 0) return [{ what: `upgrade ${names(packages)}`, actions, effects: [nothingLeft(verb)] }]
  return state.updateDue ? [afterUpdate('upgrade packages', actions)] : []
}

/** Whether newer packages come is known only once the lists are fresh. */
function afterUpdate(what: string, actions: Change['actions']): Change {
  return {
    what,
    actions,
    certainty: 'maybe',
    why: 'the package lists will be refreshed first',
    unchangedIf: { id: 'upgrade', stdout: NOTHING_DONE },
  }
}

function installation(state: AptState, args: AptArguments): readonly Change[] {
  if (args.state !== 'present' && args.state !== 'latest') return []
  const needed = state.packages.filter((one) => isNeeded(one.wanted, one.state, args))
  const rest = state.packages.filter((one) => !needed.includes(one))
  const install = needed.length === 0 ? [] : [installChange(needed, args)]
  if (args.state !== 'latest' || !state.updateDue || rest.length === 0) return install
  return [
    ...install,
    afterUpdate(`bring ${names(rest.map((one) => one.wanted.package))} up to date`, [
      aptGet(
        args,
        'upgrade',
        'install',
        rest.map((one) => one.wanted.spec),
      ),
    ]),
  ]
}

function isNeeded(wanted: Wanted, state: PackageState, args: AptArguments): boolean {
  if (!state.installed) return !args.only_upgrade && (state.providedBy === undefined || wanted.version !== undefined)
  if (wanted.version !== undefined) return !versionMatches(state.version ?? '', wanted.version)
  if (args.state !== 'latest' || state.candidate === undefined) return false
  return compareVersions(state.candidate, state.version ?? '') > 0
}

function installChange(needed: AptState['packages'], args: AptArguments): Change {
  const specs = needed.map((one) => (one.wanted.version?.operator === '>=' ? one.wanted.package : one.wanted.spec))
  const services = args.policy_rc_d === 101 ? 'kept' : 'started'
  const effects = needed.map(({ wanted }) => packageInstalled(wanted.package, wanted.version?.version, services))
  return { what: `install ${names(specs)}`, actions: aptChange(args, 'install', 'install', specs), effects }
}

function removal(state: AptState, args: AptArguments): readonly Change[] {
  const there = state.packages.filter((one) => one.state.installed).map((one) => one.wanted.package)
  if (there.length === 0) return []
  const effects = there.map((name) => packageRemoved(name))
  return [
    {
      what: `remove ${names(there)}`,
      actions: aptChange(args, 'remove', 'remove', [...(args.purge ? ['--purge'] : []), ...there]),
      effects,
    },
  ]
}

function debFile(state: AptState, args: AptArguments): readonly Change[] {
  const { deb } = state
  if (deb === undefined || args.deb === undefined) return []
  const order = deb.installed.installed ? compareVersions(deb.version, deb.installed.version ?? '') : 1
  if (order === 0 || (order < 0 && !args.allow_downgrade && !args.force)) return []
  const local = !args.deb.includes('://')
  const install = aptChange(args, 'install', 'install', [local ? args.deb : '$d/p.deb'])
  const actions: Change['actions'] = local
    ? install
    : [{ do: 'run', id: 'install', argv: ['sh', '-c', DOWNLOADED, 'deb', args.deb, ...aptOptions(args)], env: APT_ENV }]
  return [
    { what: `install ${deb.package} ${deb.version} from ${args.deb}`, actions, effects: [packageInstalled(deb.package, deb.version)] },
  ]
}

const DOWNLOADED = `${FETCH} && shift && apt-get -y -q "$@" install "$d/p.deb"`

/** What a simulated run of this verb will say once it was a real one. */
function nothingLeft(verb: string): Effect {
  return resource('apt_simulation', verb, [])
}

/** States that only a simulated run could decide. */
function simulated(state: AptState, args: AptArguments): readonly Change[] {
  const step = (verb: string, change: Omit<Change, 'diff'>): readonly Change[] =>
    (state.simulated[verb] ?? []).length > 0 ? [{ ...change, effects: [nothingLeft(verb)] }] : []
  const purge = args.purge ? ['--purge'] : []
  return [
    ...step('build-dep', {
      what: `install what building ${names(args.name)} needs`,
      actions: aptChange(args, 'install', 'build-dep', args.name),
    }),
    ...(args.state === 'fixed'
      ? step('install', {
          what: 'repair broken dependencies',
          actions: aptChange(args, 'install', 'install', ['--fix-broken', ...args.name]),
        })
      : []),
    ...step('autoremove', { what: 'remove packages that nothing needs', actions: aptChange(args, 'autoremove', 'autoremove', purge) }),
    ...step('autoclean', { what: 'delete outdated downloads', actions: [aptGet(args, 'autoclean', 'autoclean')] }),
  ]
}

function names(list: readonly string[]): string {
  return list.length <= 6 ? list.join(', ') : `${list.slice(0, 5).join(', ')} and ${String(list.length - 5)} more`
}
