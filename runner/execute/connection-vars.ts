import { join } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { Float, isList, Omit, Secret, Unknown, type Value } from '../base/value.ts'
import type { Become, ConnectionSettings } from '../host/session.ts'
import type { Keywords } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import type { RunOptions } from './options.ts'
import { parseSshArguments, type SshArguments } from './ssh-arguments.ts'

/** Where a task goes and as whom: from keywords, `ansible_*` variables and the command line, in ansible's order. */
export interface Target {
  readonly settings: ConnectionSettings
  readonly become: Become | undefined
}

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/** @throws RunnerError `variable` where a connection variable has the wrong type, `undefined` where its template fails. */
export function resolveTarget(hostName: string, scope: Scope, keywords: Keywords, options: RunOptions): Target {
  const read = new Reader(scope, keywords, options)
  return { settings: connectionSettings(hostName, read, options), become: becomeOf(read, options) }
}

function connectionSettings(name: string, read: Reader, options: RunOptions): ConnectionSettings {
  const cli = options.cliDefaults
  const kind = connectionKind(name, read, cli.connection)
  const home = options.env['HOME'] ?? '/root'
  const ssh = sshArguments(read, cli.sshArguments)
  const keys =
    read.strings(['ansible_ssh_private_key_file', 'ansible_private_key_file']) ??
    cli.privateKeyFiles ??
    ssh.privateKeyFiles ??
    DEFAULT_KEYS.map((file) => join(home, '.ssh', file))
  return {
    name,
    kind,
    address: read.text(['ansible_host', 'ansible_ssh_host']) ?? name,
    port: read.number(['ansible_port', 'ansible_ssh_port'], read.keyword('port')) ?? ssh.port ?? cli.port ?? 22,
    user:
      read.text(['ansible_user', 'ansible_ssh_user'], read.keyword('remoteUser')) ??
      cli.user ??
      ssh.user ??
      options.env['USER'] ??
      options.env['LOGNAME'] ??
      'root',
    password: read.secret(['ansible_password', 'ansible_ssh_password', 'ansible_ssh_pass']) ?? cli.password,
    privateKeyFiles: keys.map((file) => file.replace(/^~(?=\/)/, home)),
    passphrase: read.secret(['ansible_ssh_private_key_passphrase', 'ansible_private_key_passphrase']),
    agent: options.env['SSH_AUTH_SOCK'],
    hostKeyChecking: hostKeyPolicy(read, ssh.hostKeyChecking, cli.hostKeyChecking),
    knownHostsFiles: (
      read.strings(['stackrun_known_hosts_file']) ??
      ssh.knownHostsFiles ?? [join(home, '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts']
    ).map((file) => file.replace(/^~(?=\/)/, home)),
    hostKey: read.text(['ansible_host_key']),
    proxyJump: proxyJump(read, ssh.proxyJump),
    connectTimeout: (read.number(['ansible_ssh_timeout', 'ansible_timeout']) ?? cli.timeout ?? ssh.connectTimeout ?? 10) * 1000,
    retries: read.number(['ansible_ssh_retries', 'ansible_ssh_reconnection_retries']) ?? cli.retries ?? 2,
    keepaliveInterval: 15_000,
    shell: read.text(['ansible_shell_executable']) ?? cli.shell ?? '/bin/sh',
  }
}

function connectionKind(name: string, read: Reader, cli: string | undefined): 'ssh' | 'local' {
  const wanted = read.text(['ansible_connection'], read.keyword('connection')) ?? cli
  const implicit = name === 'localhost' && read.text(['ansible_host']) === undefined
  const plugin = (wanted ?? (implicit ? 'local' : 'ssh')).replace(/^ansible\.(builtin|legacy)\./, '')
  if (plugin === 'local') return 'local'
  if (plugin === 'ssh' || plugin === 'smart' || plugin === 'paramiko' || plugin === 'paramiko_ssh') return 'ssh'
  throw new RunnerError('variable', `connection '${plugin}' of host ${name} is not one of ssh, local`, {
    hint: 'set ansible_connection to ssh or local',
  })
}

/** Variables, ssh's arguments, the setting: what is nearest to the host wins. */
function hostKeyPolicy(read: Reader, argument: string | undefined, setting: boolean | undefined): ConnectionSettings['hostKeyChecking'] {
  const set = read.text(['ansible_ssh_host_key_checking', 'ansible_host_key_checking']) ?? argument
  const word = (set ?? (setting === undefined ? 'accept-new' : setting ? 'yes' : 'no')).toLowerCase()
  if (word === 'accept-new') return 'accept-new'
  return ['no', 'false', '0', 'off'].includes(word) ? 'no' : 'yes'
}

/** Of variables, and below them those of the command line and the settings. */
function sshArguments(read: Reader, below: SshArguments | undefined): SshArguments {
  const text = [read.text(['ansible_ssh_common_args']), read.text(['ansible_ssh_extra_args'])].join(' ').trim()
  return text === '' ? (below ?? {}) : { ...below, ...parseSshArguments(text) }
}

function proxyJump(read: Reader, argument: string | undefined): readonly string[] {
  return (read.text(['ansible_ssh_proxy_jump', 'stackrun_proxy_jump']) ?? argument ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '')
}

function becomeOf(read: Reader, options: RunOptions): Become | undefined {
  const cli = options.cliDefaults
  const wanted = read.boolean(['ansible_become'], read.keyword('become')) ?? cli.become ?? false
  if (!wanted) return undefined
  const method = read.text(['ansible_become_method'], read.keyword('becomeMethod')) ?? cli.becomeMethod ?? 'sudo'
  const short = method.replace(/^(ansible\.builtin|community\.general)\./, '')
  if (short !== 'sudo' && short !== 'su') throw new RunnerError('variable', `become_method '${method}' is not one of sudo, su`)
  const flags = read.text([`ansible_${short}_flags`, 'ansible_become_flags'], read.keyword('becomeFlags')) ?? cli.becomeFlags
  return {
    method: short,
    user: read.text(['ansible_become_user'], read.keyword('becomeUser')) ?? cli.becomeUser ?? 'root',
    password: read.secret([`ansible_${short}_pass`, 'ansible_become_password', 'ansible_become_pass']) ?? cli.becomePassword,
    flags: flags === undefined || flags === '' ? undefined : flags.split(/\s+/),
    exe: read.text([`ansible_${short}_exe`, 'ansible_become_exe'], read.keyword('becomeExe')) ?? cli.becomeExe,
  }
}

/** Reads connection variables: a variable beats its keyword, the first name that is set wins. */
class Reader {
  readonly #scope: Scope
  readonly #keywords: Keywords
  readonly #options: RunOptions

  constructor(scope: Scope, keywords: Keywords, options: RunOptions) {
    this.#scope = scope
    this.#keywords = keywords
    this.#options = options
  }

  keyword(
    name: 'port' | 'remoteUser' | 'connection' | 'become' | 'becomeUser' | 'becomeMethod' | 'becomeFlags' | 'becomeExe',
  ): Value | undefined {
    return this.#keywords[name]
  }

  text(names: readonly string[], keyword?: Value): string | undefined {
    const value = this.#value(names, keyword)
    if (value === undefined) return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (value instanceof Secret) return value.reveal()
    throw wrongType(names, 'a text', value)
  }

  strings(names: readonly string[]): readonly string[] | undefined {
    const value = this.#value(names)
    if (value === undefined) return undefined
    if (typeof value === 'string') return [value]
    if (isList(value) && value.every((item) => typeof item === 'string')) return value.map(String)
    throw wrongType(names, 'a path or a list of paths', value)
  }

  number(names: readonly string[], keyword?: Value): number | undefined {
    const value = this.#value(names, keyword)
    if (value === undefined) return undefined
    const number = value instanceof Float ? value.value : typeof value === 'string' ? Number(value.trim() === '' ? 'x' : value) : value
    if (typeof number === 'number' && Number.isFinite(number)) return number
    throw wrongType(names, 'a number', value)
  }

  boolean(names: readonly string[], keyword?: Value): boolean | undefined {
    const value = this.#value(names, keyword)
    if (value === undefined || typeof value === 'boolean') return value
    const word = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '?'
    if (['yes', 'true', 'on', '1', 'y', 't'].includes(word)) return true
    if (['no', 'false', 'off', '0', 'n', 'f', ''].includes(word)) return false
    throw wrongType(names, 'a boolean', value)
  }

  secret(names: readonly string[]): Secret | undefined {
    const value = this.#value(names)
    if (value === undefined) return undefined
    const secret = value instanceof Secret ? value : new Secret(typeof value === 'number' ? String(value) : requireText(names, value))
    this.#options.secrets.add(secret)
    return secret
  }

  #value(names: readonly string[], keyword?: Value): Exclude<Value, null | Omit | Unknown> | undefined {
    const bound = names.map((name) => this.#scope.get(name)).find((binding) => binding !== undefined)
    const raw = bound?.value ?? keyword
    if (raw === undefined) return undefined
    const value = this.#options.engine.render(raw, this.#scope)
    return value === null || value instanceof Omit || value instanceof Unknown ? undefined : value
  }
}

function requireText(names: readonly string[], value: Value): string {
  if (typeof value === 'string') return value
  throw wrongType(names, 'a text', value)
}

function wrongType(names: readonly string[], wanted: string, value: Value): RunnerError {
  return new RunnerError('variable', `${names[0] ?? 'variable'} must be ${wanted}, got ${JSON.stringify(value)}`)
}
