import { args as arg, type RunAction, z } from '../runner/module/index.ts'

const UPGRADES = ['no', 'yes', 'safe', 'full', 'dist'] as const

export const aptArguments = z.strictObject({
  name: arg.list(arg.str()).default([]).describe('Packages; `pkg=1.2*` and `pkg>=1.2` ask for versions, `*` with state latest means all.'),
  state: z.enum(['present', 'latest', 'absent', 'build-dep', 'fixed']).default('present').describe('`fixed` repairs broken dependencies.'),
  update_cache: arg.bool().optional().describe('Refresh the package lists first.'),
  cache_valid_time: arg.int().default(0).describe('Seconds for which refreshed lists are good enough; implies update_cache.'),
  update_cache_retries: arg.int().default(5).describe('How often a refresh is tried.'),
  update_cache_retry_max_delay: arg.int().default(12).describe('Seconds to wait between two tries at most.'),
  deb: arg.path().optional().describe('A .deb file of the host, or its URL.'),
  upgrade: z.preprocess((value) => (value === true ? 'yes' : value === false ? 'no' : value), z.enum(UPGRADES)).default('no'),
  purge: arg.bool().default(false).describe('Remove configuration files too.'),
  autoremove: arg.bool().default(false).describe('Remove packages that nothing needs any more.'),
  autoclean: arg.bool().default(false).describe('Delete downloaded files that can no longer be downloaded.'),
  clean: arg.bool().default(false).describe('Delete all downloaded files.'),
  install_recommends: arg.bool().optional().describe('Install recommended packages too; default: as apt is configured.'),
  default_release: arg.str().optional(),
  only_upgrade: arg.bool().default(false).describe('Leave packages alone that are not installed.'),
  allow_downgrade: arg.bool().default(false),
  allow_unauthenticated: arg.bool().default(false).describe('Dangerous: accept packages that nobody signed.'),
  allow_change_held_packages: arg.bool().default(false),
  fail_on_autoremove: arg.bool().default(false).describe('Fail where an installation would remove packages.'),
  force: arg.bool().default(false).describe('Dangerous: downgrades, unsigned packages, removal of essential ones.'),
  auto_install_module_deps: arg.bool().default(true).describe('Has no meaning here: nothing of Python is needed.'),
  force_apt_get: arg.bool().default(false).describe('Accepted for compatibility: apt-get is always used.'),
  dpkg_options: arg.str().default('force-confdef,force-confold').describe('dpkg options, separated by commas.'),
  policy_rc_d: arg.int().optional().describe('Exit code of a temporary /usr/sbin/policy-rc.d; 101 keeps daemons from being started.'),
  lock_timeout: arg.int().default(60).describe("Seconds to wait for dpkg's lock."),
})

export type AptArguments = z.output<typeof aptArguments>

export const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive', DEBIAN_PRIORITY: 'critical', LC_ALL: 'C', LANG: 'C' } as const

function dpkgOptions(args: AptArguments): readonly string[] {
  return args.dpkg_options
    .split(',')
    .filter((word) => word !== '')
    .map((word) => `--${word.trim()}`)
}

/** The dangerous switches are given by name only, `force` means all of them. */
export function aptOptions(args: AptArguments): readonly string[] {
  return [
    ...dpkgOptions(args).map((word) => `-oDpkg::Options::=${word}`),
    `-oDPkg::Lock::Timeout=${String(args.lock_timeout)}`,
    ...(args.install_recommends === undefined ? [] : [`-oAPT::Install-Recommends=${args.install_recommends ? 'yes' : 'no'}`]),
    ...(args.default_release === undefined ? [] : ['-t', args.default_release]),
    ...(args.only_upgrade ? ['--only-upgrade'] : []),
    ...(args.allow_downgrade || args.force ? ['--allow-downgrades'] : []),
    ...(args.allow_unauthenticated || args.force ? ['--allow-unauthenticated'] : []),
    ...(args.allow_change_held_packages || args.force ? ['--allow-change-held-packages'] : []),
    ...(args.force ? ['--allow-remove-essential'] : []),
    ...(args.fail_on_autoremove ? ['--no-remove'] : []),
    ...(args.autoremove ? ['--auto-remove'] : []),
  ]
}

/** `apt-get VERB WORDS`, unattended; under a temporary policy-rc.d where one is asked for. */
export function aptGet(args: AptArguments, id: string, verb: string, words: readonly string[] = []): RunAction {
  return unattended(args, id, ['apt-get', '-y', '-q', ...aptOptions(args), verb, ...words])
}

/** The same for a verb that changes packages: where dpkg was killed half way, apt refuses to until dpkg has finished its work. */
export function aptChange(args: AptArguments, id: string, verb: string, words: readonly string[] = []): readonly RunAction[] {
  const repair = ['sh', '-c', REPAIR, 'dpkg-repair', ...dpkgOptions(args)]
  // What is wrong with a repair apt itself then says better.
  return [{ ...unattended(args, 'repair', repair), okCodes: 'any' }, aptGet(args, id, verb, words)]
}

function unattended(args: AptArguments, id: string, command: readonly string[]): RunAction {
  const argv = args.policy_rc_d === undefined ? command : ['sh', '-c', POLICY, 'policy-rc.d', String(args.policy_rc_d), ...command]
  return { do: 'run', id, argv, env: APT_ENV }
}

/** Work that dpkg has begun is in its journal; packages that are merely unpacked apt configures by itself. */
const REPAIR = `for f in /var/lib/dpkg/updates/[0-9]*; do
  if [ -e "$f" ]; then exec dpkg "$@" --configure -a; fi
done`

/** `apt-get update`, tried again with a growing pause; unreachable sources count as failures, not as warnings. */
export function aptUpdate(args: AptArguments): RunAction {
  const numbers = [String(args.update_cache_retries), String(args.update_cache_retry_max_delay)]
  const command = ['apt-get', '-q', `-oDPkg::Lock::Timeout=${String(args.lock_timeout)}`, '-oAPT::Update::Error-Mode=any', 'update']
  return { do: 'run', id: 'update', argv: ['sh', '-c', UPDATE, 'apt-update', ...numbers, ...command], env: APT_ENV }
}

/** An old policy-rc.d is put back however the command ends. One of this kind is what a host that died has left. */
const POLICY = `code=$1; shift; p=/usr/sbin/policy-rc.d; old=$p.stackrun-kept; ours='# For the time of one installation, by stackrun'
if [ -e "$p" ] || [ -h "$p" ]; then grep -qsF "$ours" "$p" || mv -f "$p" "$old" || exit; fi
back() { rm -f "$p"; { [ ! -e "$old" ] && [ ! -h "$old" ]; } || mv -f "$old" "$p"; }
trap back EXIT; trap 'exit 143' TERM; trap 'exit 130' INT; trap 'exit 129' HUP
printf '#!/bin/sh\\n%s\\nexit %s\\n' "$ours" "$code" >"$p" && chmod 0755 "$p" || exit
"$@"`

const UPDATE = `tries=$1 longest=$2 pause=1; shift 2
while :; do
  "$@" && exit 0; rc=$?; tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit "$rc"
  sleep "$pause"; pause=$((pause * 2)); [ "$pause" -le "$longest" ] || pause=$longest
done`
