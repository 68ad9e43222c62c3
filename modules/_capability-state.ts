import { quote } from '../runner/module/index.ts'
import { type Sections, section } from './_capability-sections.ts'

/** What is asked of the host beside its kernel. */
export interface Asked {
  readonly names: readonly string[]
  readonly paths: readonly string[]
  /** `sources`: whatever the host's package sources name first; otherwise an address of a mirror. Undefined: not asked. */
  readonly mirror?: string | undefined
}

export interface Disk {
  readonly free_mb: number
  readonly total_mb: number
}

export interface MirrorAnswer {
  readonly url: string
  readonly reachable: boolean
  readonly message: string
}

/** A proxy that many hosts ask for the same file at once may answer one of them with an error (503): apt asks it anew, after 1 and 2 seconds. */
const PATIENCE = 'APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10'

export function stateScript(asked: Asked): string {
  return [
    `${section('release')} cat /etc/os-release 2>/dev/null`,
    `${section('memory')} sed -n 's/^\\(MemTotal\\|SwapTotal\\):[^0-9]*\\([0-9]*\\).*/\\2/p' /proc/meminfo`,
    `${section('processors')} grep -c '^processor' /proc/cpuinfo`,
    `${section('init')} cat /proc/1/comm`,
    `${section('cgroups')} grep -E ' cgroup2? ' /proc/self/mounts`,
    `${section('disks')} ${asked.paths.map(diskLine).join(' ')}`,
    `${section('names')} sr_x=; sr_has timeout && sr_x='timeout 5'; ${asked.names.map(nameLine).join(' ')}`,
    mirrorScript(asked.mirror),
    // Last: the controller's clock is looked at when the answer is there.
    `${section('clock')} date +%s.%N`,
  ].join('\n')
}

/** The folder itself, or the nearest one above it that is there. */
function diskLine(path: string): string {
  return `sr_p=${quote(path)}; while [ -n "$sr_p" ] && [ ! -d "$sr_p" ]; do sr_p=\${sr_p%/*}; done; printf '%s\\t' ${quote(path)}; df -Pk "\${sr_p:-/}" | tail -n 1;`
}

function nameLine(name: string): string {
  return `printf '%s\\t' ${quote(name)}; { $sr_x getent ahosts ${quote(name)} 2>/dev/null || sed -n ${quote(`s/^\\([0-9a-f.:]*\\)[[:space:]].*\\b${name.replaceAll('.', '\\.')}\\b.*/\\1/p`)} /etc/hosts; } | sed 's/[[:space:]].*//' | sort -u | tr '\\n' ' '; echo;`
}

function mirrorScript(mirror: string | undefined): string {
  if (mirror === undefined) return section('mirror')
  const url =
    mirror === 'sources'
      ? `sr_p=$(apt-get indextargets --format '$(SITE)/dists/$(RELEASE)/InRelease' 'Created-By: Packages' 2>/dev/null | head -n 1)`
      : `sr_p=${quote(mirror)}`
  return `${section('mirror')} if sr_has apt-get && [ -x /usr/lib/apt/apt-helper ]; then
  ${url}; printf '%s\\n' "$sr_p"
  if [ -n "$sr_p" ]; then
    sr_d=$(mktemp -d) && { /usr/lib/apt/apt-helper -o ${PATIENCE} download-file "$sr_p" "$sr_d/file" 2>&1; echo "rc=$?"; rm -rf "$sr_d"; }
  fi
fi`
}

export function disksOf(answers: Sections): Readonly<Record<string, Disk>> {
  return Object.fromEntries(
    answers.lines('disks').map((line) => {
      const [path = '', row = ''] = line.split('\t')
      const [, total = '0', , free = '0'] = row.split(/\s+/)
      return [path, { free_mb: Math.floor(Number(free) / 1024), total_mb: Math.floor(Number(total) / 1024) }]
    }),
  )
}

export function namesOf(answers: Sections): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    answers.lines('names').map((line) => {
      const [name = '', addresses = ''] = line.split('\t')
      return [name, addresses.split(' ').filter((address) => address !== '')]
    }),
  )
}

export function mirrorOf(answers: Sections): MirrorAnswer | undefined {
  const [url = '', ...rest] = answers.lines('mirror')
  if (url === '') return undefined
  const reachable = rest.includes('rc=0')
  const said = rest.filter((line) => !/^(rc=|Err:|Ign:|Get:|W:)/.test(line))
  return { url, reachable, message: reachable ? '' : said.join(' ') }
}

/** `ID=debian` and its kin, without quotes. */
export function releaseOf(answers: Sections): Readonly<Record<'id' | 'version' | 'name', string>> {
  const fields = new Map(
    answers.lines('release').map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=/, '').replace(/^"(.*)"$/, '$1')]),
  )
  return { id: fields.get('ID') ?? '', version: fields.get('VERSION_ID') ?? '', name: fields.get('PRETTY_NAME') ?? '' }
}

/** Which hierarchies of control groups the host has. */
export function cgroupsOf(answers: Sections): 'v2' | 'v1' | 'hybrid' | 'none' {
  const types = answers.lines('cgroups').map((line) => line.split(' ')[2])
  const [v1, v2] = [types.includes('cgroup'), types.includes('cgroup2')]
  return v1 && v2 ? 'hybrid' : v2 ? 'v2' : v1 ? 'v1' : 'none'
}
