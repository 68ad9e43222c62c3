import { distributionFacts } from './_facts-distribution.ts'
import { programFacts, userFacts } from './_facts-programs.ts'
import { type FactsText, shellPairs } from './_facts-text.ts'

type Facts = Record<string, unknown>

/** Distribution, kernel, names, user, shell environment, programs and keys. */
export function systemFacts(text: FactsText): Facts {
  return {
    ...distributionFacts(text),
    ...kernelFacts(text),
    ...nameFacts(text),
    ...userFacts(text),
    ...programFacts(text),
    ...securityFacts(text),
    ...hostKeys(text),
    env: environment(text.section('environ')),
    dns: resolver(text.file('/etc/resolv.conf') ?? ''),
    cmdline: commandLine(text.line('/proc/cmdline') ?? '', 'last'),
    proc_cmdline: commandLine(text.line('/proc/cmdline') ?? '', 'all'),
    machine_id: text.line('/etc/machine-id') ?? '',
    is_chroot: chrooted(text.lines('roots')),
    loadavg: loadAverage(text.line('/proc/loadavg')),
  }
}

function kernelFacts(text: FactsText): Facts {
  const machine = text.section('machine')
  const bits = /64|s390x/.test(machine) ? '64' : '32'
  const architecture = /^i[3-6]86$/.test(machine) ? 'i386' : machine
  return {
    system: text.line('/proc/sys/kernel/ostype') ?? 'Linux',
    kernel: text.line('/proc/sys/kernel/osrelease') ?? '',
    kernel_version: text.line('/proc/sys/kernel/version') ?? '',
    machine,
    architecture,
    userspace_bits: bits,
    userspace_architecture: architecture,
  }
}

function nameFacts(text: FactsText): Facts {
  const nodename = text.line('/proc/sys/kernel/hostname') ?? ''
  const fqdn = text.section('fqdn') === '' ? nodename : text.section('fqdn')
  return { nodename, hostname: nodename.split('.')[0], fqdn, domain: fqdn.split('.').slice(1).join('.') }
}

function securityFacts(text: FactsText): Facts {
  const enforce = text.line('/sys/fs/selinux/enforce')
  const config = shellPairs(text.file('/etc/selinux/config'))
  const modes = {
    config_mode: config.get('SELINUX') ?? 'unknown',
    type: config.get('SELINUXTYPE') ?? 'unknown',
    policyvers: text.line('/sys/fs/selinux/policyvers') ?? 'unknown',
  }
  return {
    selinux:
      enforce === undefined ? { status: 'disabled' } : { status: 'enabled', mode: enforce === '1' ? 'enforcing' : 'permissive', ...modes },
    apparmor: { status: text.line('/sys/module/apparmor/parameters/enabled') === 'Y' ? 'enabled' : 'disabled' },
    fips: text.line('/proc/sys/crypto/fips_enabled') === '1',
  }
}

function hostKeys(text: FactsText): Facts {
  const out: Facts = {}
  for (const match of text.matching(/^\/etc\/ssh\/ssh_host_(\w+)_key\.pub$/)) {
    const [type = '', key = ''] = (text.line(match[0]) ?? '').split(' ')
    out[`ssh_host_key_${match[1] ?? ''}_public`] = key
    out[`ssh_host_key_${match[1] ?? ''}_public_keytype`] = type
  }
  return out
}

function environment(text: string): Facts {
  const pairs = text.split('\0').filter((line) => line.includes('='))
  return Object.fromEntries(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

function resolver(text: string): Facts {
  const rows = text.split('\n').map((line) =>
    line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/),
  )
  const all = (word: string): readonly string[] => rows.filter((row) => row[0] === word).flatMap((row) => row.slice(1))
  const options = all('options').map((option) => option.split(':'))
  return {
    ...given('nameservers', all('nameserver')),
    ...given('search', all('search')),
    ...(all('domain')[0] === undefined ? {} : { domain: all('domain')[0] }),
    ...given('sortlist', all('sortlist')),
    ...(options.length === 0 ? {} : { options: Object.fromEntries(options.map(([name, value]) => [name, value ?? true])) }),
  }
}

function given(name: string, list: readonly string[]): Facts {
  return list.length === 0 ? {} : { [name]: list }
}

type Words = string | true | readonly (string | true)[]

function isWords(value: Words): value is readonly (string | true)[] {
  return Array.isArray(value)
}

function commandLine(line: string, how: 'last' | 'all'): Facts {
  const out: Record<string, Words> = {}
  for (const word of line.match(/(?:[^\s"]|"[^"]*")+/g) ?? []) {
    const at = word.indexOf('=')
    const key = at < 0 ? word : word.slice(0, at)
    const value = at < 0 ? true : word.slice(at + 1).replaceAll('"', '')
    const old = out[key]
    out[key] = how === 'last' || old === undefined ? value : [...(isWords(old) ? old : [old]), value]
  }
  return out
}

/** `/` of the session against `/` of process 1; where that may not be seen, the answer is no. */
function chrooted(roots: readonly string[]): boolean {
  const [own, init] = roots
  return own !== undefined && init !== undefined && own !== init
}

function loadAverage(line: string | undefined): Facts {
  const [one, five, fifteen] = (line ?? '').split(' ').map(Number)
  return { '1m': one ?? 0, '5m': five ?? 0, '15m': fifteen ?? 0 }
}
