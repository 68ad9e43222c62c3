import { quoteArgv } from '../../base/quote.ts'
import type { PackageState } from '../host.ts'
import { type Probe, type ProbeAnswer, Unavailable } from '../probe.ts'

/** The managers whose database is read; a host has one. */
const READERS = { dpkg: parseDpkg, rpm: parseRpm, apk: parseApk } as const

/**
 * Installed or not, by one question to the package database. Only for names that are not installed is the whole database looked
 * through for what provides them.
 */
export function packageProbe(names: readonly string[]): Probe<ReadonlyMap<string, PackageState>> {
  const words = quoteArgv(names)
  return {
    kind: 'package',
    key: names.join(' '),
    script: [
      `if sr_has dpkg-query; then printf 'dpkg\\n'; sr_dpkg ${words}`,
      `elif sr_has rpm; then printf 'rpm\\n'; rpm -q --qf '%{NAME}\\t%{EVR}\\n' --whatprovides -- ${words}; :`,
      `elif sr_has apk; then printf 'apk\\n'; apk info -v 2>/dev/null; :`,
      `else printf 'none\\n'; fi`,
    ].join('\n'),
    parse: (answer) => parsePackages(names, answer),
  }
}

/** The versions that apt would install; nothing where no source has one. Slow: only for `latest` and its kin. */
export function candidateProbe(names: readonly string[]): Probe<ReadonlyMap<string, string>> {
  return {
    kind: 'package-candidate',
    key: names.join(' '),
    script: `LC_ALL=C apt-cache policy -- ${quoteArgv(names)}`,
    parse: (answer) => {
      if (answer.rc === 127) return new Unavailable('there is no apt-cache on this host')
      return parsePolicy(answer.text)
    },
  }
}

function parsePackages(names: readonly string[], answer: ProbeAnswer): ReadonlyMap<string, PackageState> | Unavailable {
  const end = answer.text.indexOf('\n')
  const manager = answer.text.slice(0, end)
  const rows = answer.text
    .slice(end + 1)
    .split('\n')
    .map((line) => line.split('\t'))
  if (manager === 'dpkg' || manager === 'rpm' || manager === 'apk')
    return new Map(names.map((name) => [name, READERS[manager](name, rows)]))
  return new Unavailable('no package manager is known on this host', 'packages can be managed where dpkg, rpm or apk is')
}

const DPKG_INSTALLED = new Set(['installed', 'triggers-awaited', 'triggers-pending'])

/** Rows are `name, architecture, status, version, provides`. */
function parseDpkg(name: string, rows: readonly (readonly string[])[]): PackageState {
  const installed = rows.filter((row) => DPKG_INSTALLED.has(row[2] ?? ''))
  const own = installed.find((row) => row[0] === name || `${row[0] ?? ''}:${row[1] ?? ''}` === name)
  if (own !== undefined) return { installed: true, version: own[3] }
  const provider = installed.find((row) => provides(row[4] ?? '', name))
  return { installed: false, providedBy: provider?.[0] }
}

function provides(field: string, name: string): boolean {
  return field.split(',').some((part) => part.trim().split(/[\s(:]/)[0] === name)
}

function parseRpm(name: string, rows: readonly (readonly string[])[]): PackageState {
  const own = rows.find((row) => row[0] === name && row[1] !== undefined)
  return own === undefined ? { installed: false } : { installed: true, version: own[1] }
}

/** Rows are `name-1.2.3-r0`. */
function parseApk(name: string, rows: readonly (readonly string[])[]): PackageState {
  for (const [text = ''] of rows) {
    const match = /^(.+)-(\d[^-]*-r\d+)$/.exec(text)
    if (match?.[1] === name) return { installed: true, version: match[2] }
  }
  return { installed: false }
}

function parsePolicy(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  let name = ''
  for (const line of text.split('\n')) {
    name = /^(\S.*):$/.exec(line)?.[1] ?? name
    const candidate = /^ {2}Candidate: (\S+)/.exec(line)?.[1]
    if (candidate !== undefined && candidate !== '(none)') found.set(name, candidate)
  }
  return found
}
