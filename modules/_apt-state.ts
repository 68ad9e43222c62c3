import { type Effect, Failure, fail, type ModuleContext, type PackageState, type ReadOnlyHost } from '../runner/module/index.ts'
import { APT_ENV, type AptArguments, aptOptions } from './_apt.ts'

/** A word of `name`: `nginx`, `nginx=1.22*`, `nginx>=1.20`, `libc6:i386`. */
export interface Wanted {
  readonly spec: string
  readonly package: string
  readonly version?: { readonly operator: '=' | '>='; readonly version: string } | undefined
}

export interface AptState {
  readonly packages: readonly { readonly wanted: Wanted; readonly state: PackageState }[]
  /** When the package lists were refreshed, seconds; 0 for never. */
  readonly refreshed: number
  readonly updateDue: boolean
  /** What a simulated run (upgrade, autoremove, …) would do, by its `apt-get` verb; its lines begin with Inst, Remv or Del. */
  readonly simulated: Readonly<Record<string, readonly string[]>>
  readonly deb?: { readonly package: string; readonly version: string; readonly installed: PackageState } | undefined
}

export async function readAptState(host: ReadOnlyHost, args: AptArguments, context: ModuleContext): Promise<AptState | Failure> {
  const specs = args.name.filter((name) => name !== '*').map(parseSpec)
  const bad = specs.find((spec) => spec instanceof Failure)
  if (bad instanceof Failure) return bad
  const wanted = specs.flatMap((spec) => (spec instanceof Failure ? [] : [spec]))
  const [states, refreshed, deb, simulated] = await Promise.all([
    Promise.all(wanted.map((one) => host.package(one.package, { candidate: args.state === 'latest' }))),
    args.update_cache === true || args.cache_valid_time > 0 ? refreshTime(host, context.now / 1000) : 0,
    args.deb === undefined ? undefined : readDeb(host, args.deb),
    simulate(host, args),
  ])
  if (deb instanceof Failure) return deb
  const updating = args.update_cache === true || args.cache_valid_time > 0
  const packages = wanted.flatMap((one, index) => (states[index] === undefined ? [] : [{ wanted: one, state: states[index] }]))
  const state = {
    packages,
    refreshed,
    simulated,
    deb,
    updateDue: updating && refreshed + args.cache_valid_time <= Math.floor(context.now / 1000),
  }
  return (await unknownPackage(host, args, state)) ?? state
}

function parseSpec(text: string): Wanted | Failure {
  const match = /^([^=<>\s]+)(?:(=|>=)([^=<>\s]+))?$/.exec(text.trim())
  const [, name, operator, version] = match ?? []
  if (name === undefined) return fail(`invalid package spec: ${text}`, { hint: 'write package, package=version or package>=version' })
  if (version === undefined || (operator !== '=' && operator !== '>=')) return { spec: name, package: name }
  return { spec: text.trim(), package: name, version: { operator, version } }
}

/** The same two places as ansible: the stamp of update-notifier, else the folder of the lists. */
async function refreshTime(host: ReadOnlyHost, now: number): Promise<number> {
  const asked = ['/var/lib/apt/periodic/update-success-stamp', '/var/lib/apt/lists'].map((path) => host.file(path))
  const [lists, ...places] = await Promise.all([listsOf(host), ...asked])
  if (lists !== 'present') return lists === 'none' ? 0 : Math.floor(now)
  const found = places.find((place) => place.type === 'file' || place.type === 'directory')
  return found === undefined || !('mtime' in found) ? 0 : Math.floor(found.mtime)
}

/** `refreshing`: check mode has predicted a refresh, after which any package may be known. */
type Lists = 'none' | 'present' | 'refreshing'

export const REFRESHED: Effect = { kind: 'apt_lists', key: 'lists', state: 'refreshing' }

function listsOf(host: ReadOnlyHost): Promise<Lists> {
  return host.probe<Lists>({
    kind: 'apt_lists',
    key: 'lists',
    script: 'for sr_f in /var/lib/apt/lists/*_Packages* /var/lib/apt/lists/*Release; do [ -e "$sr_f" ] && break; done; [ -e "$sr_f" ]',
    parse: (answer) => (answer.rc === 0 ? 'present' : 'none'),
  })
}

/** What only apt itself can tell is asked by a simulated run. */
async function simulate(host: ReadOnlyHost, args: AptArguments): Promise<Readonly<Record<string, readonly string[]>>> {
  const asked = simulations(args).map(
    async ({ verb, words }) => [verb, (await foreseen(host, verb)) ?? (await simulation(host, args, [verb, ...words]))] as const,
  )
  return Object.fromEntries(await Promise.all(asked))
}

/** In check mode a verb that was planned before has nothing left to do. */
async function foreseen(host: ReadOnlyHost, verb: string): Promise<readonly string[] | undefined> {
  if (!host.predicted) return undefined
  return host.probe<readonly string[] | undefined>({ kind: 'apt_simulation', key: verb, script: ':', parse: () => undefined })
}

async function simulation(host: ReadOnlyHost, args: AptArguments, words: readonly string[]): Promise<readonly string[]> {
  const argv = ['apt-get', '-s', '-q', '-oDebug::NoLocking=1', ...aptOptions(args), ...words]
  const answer = await host.query(argv, { env: APT_ENV, timeout: 120_000 })
  return answer.stdout.split('\n').filter((line) => /^(Inst|Remv|Purg|Del) /.test(line))
}

function simulations(args: AptArguments): readonly { readonly verb: string; readonly words: readonly string[] }[] {
  const cleaning = args.name.length === 0
  return [
    ...(upgradeVerb(args) === undefined ? [] : [{ verb: upgradeVerb(args) ?? '', words: [] }]),
    ...(args.state === 'build-dep' ? [{ verb: 'build-dep', words: args.name }] : []),
    ...(args.state === 'fixed' ? [{ verb: 'install', words: ['--fix-broken', ...args.name] }] : []),
    ...(args.autoremove && cleaning ? [{ verb: 'autoremove', words: [] }] : []),
    ...(args.autoclean && cleaning ? [{ verb: 'autoclean', words: [] }] : []),
  ]
}

/** apt-get's verb for `upgrade`; undefined where nothing is to be upgraded as a whole. */
export function upgradeVerb(args: AptArguments): 'upgrade' | 'dist-upgrade' | undefined {
  if (args.upgrade === 'full' || args.upgrade === 'dist') return 'dist-upgrade'
  return args.upgrade !== 'no' || (args.state === 'latest' && args.name.includes('*')) ? 'upgrade' : undefined
}

async function readDeb(host: ReadOnlyHost, path: string): Promise<AptState['deb'] | Failure> {
  const answer = await host.query(debFields(path), { env: APT_ENV, timeout: 300_000 })
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(answer.stdout)?.[1]
  const [name, version] = [field('Package'), field('Version')]
  if (name === undefined || version === undefined)
    return fail(`cannot read the package ${path}: ${answer.stderr.trim()}`, { data: { rc: answer.rc } })
  return { package: name, version, installed: await host.package(name) }
}

/** A URL is read through a temporary copy that goes away at once. */
function debFields(path: string): readonly string[] {
  if (!path.includes('://')) return ['dpkg-deb', '--field', path, 'Package', 'Version']
  return ['sh', '-c', `${FETCH} && dpkg-deb --field "$d/p.deb" Package Version`, 'deb', path]
}

/** Downloads `$1` to `$d/p.deb` with apt's own downloader: neither curl nor wget need be there. */
export const FETCH = `d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT && chmod 0755 "$d" && /usr/lib/apt/apt-helper -q download-file "$1" "$d/p.deb" >&2`

/**
 * Certain only where lists exist that will not be refreshed before the installation. A name without a candidate may still be a
 * virtual package with one provider, which only apt's own simulation tells.
 */
async function unknownPackage(host: ReadOnlyHost, args: AptArguments, state: AptState): Promise<Failure | undefined> {
  if ((args.state !== 'present' && args.state !== 'latest') || args.only_upgrade || state.updateDue) return undefined
  const missing = state.packages.filter((one) => !one.state.installed && one.state.providedBy === undefined)
  if (missing.length === 0) return undefined
  const [lists, found] = await Promise.all([
    listsOf(host),
    Promise.all(missing.map((one) => host.package(one.wanted.package, { candidate: true }))),
  ])
  const doubtful = missing.filter((_, index) => found[index]?.candidate === undefined).map((one) => one.wanted.spec)
  if (doubtful.length === 0 || lists === 'refreshing' || (lists === 'none' && host.predicted)) return undefined
  const answer = await host.query(['apt-get', '-s', '-q', '-oDebug::NoLocking=1', ...aptOptions(args), 'install', ...doubtful], {
    env: APT_ENV,
    timeout: 120_000,
  })
  if (answer.rc === 0) return undefined
  const hint =
    lists === 'none' ? 'this host has no package lists: add update_cache: true' : 'are the package lists fresh? add update_cache: true'
  return fail(aptRefusal(answer.stderr, doubtful), { hint, data: { rc: answer.rc, stderr: answer.stderr } })
}

function aptRefusal(stderr: string, names: readonly string[]): string {
  const unknown =
    /^E: (?:Unable to locate package (\S+)|Package '([^']+)' has no installation candidate|Couldn't find any package by (?:glob|regex) '([^']+)')/m.exec(
      stderr,
    )
  const name = unknown?.slice(1).find((group: string | undefined) => group !== undefined)
  if (name !== undefined) return `No package matching '${name}' is available`
  return `apt cannot install ${names.join(', ')}: ${stderr.trim()}`
}
