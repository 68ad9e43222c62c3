import { type Failure, fail, quote } from '../runner/module/index.ts'

/** Questions of wait_for as shell fragments: exit code 0 is the answer that is waited for. */

export interface PortQuestion {
  readonly host: string
  readonly port: number
  /** Seconds for one try. */
  readonly connectTimeout: number
}

/** A tool that can open a connection from the host. */
export type Connector = 'bash' | 'nc' | 'python3' | 'curl'

export const CONNECTORS: readonly Connector[] = ['bash', 'nc', 'python3', 'curl']

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '0.0.0.0', '::', 'ip6-localhost'])

/** Is the address this host's own in any case, so that the kernel's list of listening ports tells? */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host)
}

/** Does something listen on a port of this host's loopback addresses? Reads the kernel's list and opens no connection. */
export function listeningScript(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  // Any address, 127.0.0.0/8 (bytes reversed), and the same in IPv6's notation.
  const addresses = [
    '00000000',
    '??????7F',
    '0'.repeat(32),
    `${'0'.repeat(24)}01000000`,
    '0000000000000000FFFF0000??????7F',
    '0000000000000000FFFF000000000000',
  ]
  const pattern = addresses.map((address) => `${address}:${hex}/0A`).join('|')
  return eachSocket(`case $local/$state in ${pattern}) exit 0;; esac`, 'exit 1')
}

const STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  SYN_RECV: '03',
  FIN_WAIT1: '04',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
  CLOSE: '07',
  CLOSE_WAIT: '08',
  LAST_ACK: '09',
  LISTEN: '0A',
  CLOSING: '0B',
}

export const CONNECTION_STATES = Object.keys(STATES)

/** Has the port no connection left in one of the states, but for those with the hosts that do not count? */
export function drainedScript(port: number, options: { readonly states: readonly string[]; readonly exclude: readonly string[] }): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const codes = options.states.map((state) => `*:${hex}/${STATES[state] ?? state}`).join('|')
  const spared = options.exclude.map(hexAddress).filter((address) => address !== undefined)
  const spare = spared.length === 0 ? '' : `case $remote in ${spared.map((address) => `*${address}:*`).join('|')}) continue;; esac; `
  return eachSocket(`case $local/$state in ${codes}) ${spare}exit 1;; esac`, 'exit 0')
}

/** Does host:port take a connection? */
export function connectScript(question: PortQuestion, tool: Connector): string {
  const { host, port, connectTimeout } = question
  const [name, number, seconds] = [quote(host), String(port), String(Math.max(1, Math.ceil(connectTimeout)))]
  switch (tool) {
    case 'bash':
      return `timeout ${seconds} bash -c ': <"/dev/tcp/$0/$1"' ${name} ${number} 2>/dev/null`
    case 'nc':
      return `nc -z -w ${seconds} ${name} ${number} </dev/null >/dev/null 2>&1`
    case 'python3':
      return `python3 -c 'import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])).close()' ${name} ${number} ${seconds} 2>/dev/null`
    // curl's code 28 is a time-out after the connection; 7 and 6 are refusals.
    case 'curl':
      return `(curl -s --connect-timeout ${seconds} -m ${seconds} telnet://${host.includes(':') ? `'[${host}]'` : name}:${number} </dev/null >/dev/null 2>&1; case $? in 0|28|48|49) exit 0;; esac; exit 1)`
  }
}

/** Does what host:port says first match? */
export function bannerScript(question: PortQuestion, regex: string, tool: Connector): string | Failure {
  const { host, port, connectTimeout } = question
  const [name, number, seconds] = [quote(host), String(port), String(Math.max(1, Math.ceil(connectTimeout)))]
  const match = `grep -E -- ${quote(regex)} | head -n 1 | grep .`
  switch (tool) {
    case 'bash':
      return `timeout ${seconds} bash -c 'exec 3<>"/dev/tcp/$0/$1" && timeout 1 cat <&3' ${name} ${number} 2>/dev/null | ${match}`
    case 'nc':
      return `nc -w ${seconds} ${name} ${number} </dev/null 2>/dev/null | ${match}`
    default:
      return fail('search_regex on a port needs bash or nc on the host')
  }
}

/** Does a file have a line that matches? The line is printed. */
export function searchScript(path: string, regex: string): string {
  return `grep -E -- ${quote(regex)} ${quote(path)} 2>/dev/null | head -n 1 | grep .`
}

/** Python's notation in that of `grep -E`; what that cannot say is a failure. */
export function extendedRegex(pattern: string): string | Failure {
  if (/\(\?[=!<P(]|\(\?[aiLmsux]+[:)]|\\[AZ]/.test(pattern))
    return fail(`search_regex ${JSON.stringify(pattern)} uses what grep -E on the host cannot match`, {
      hint: 'leave out look-around, named groups and flags',
    })
  const classes: Readonly<Record<string, string>> = {
    d: '[0-9]',
    D: '[^0-9]',
    s: '[[:space:]]',
    S: '[^[:space:]]',
    w: '[[:alnum:]_]',
    W: '[^[:alnum:]_]',
  }
  return pattern
    .replace(/\\([dDsSwW])/g, (_, letter: string) => classes[letter] ?? '')
    .replaceAll('(?:', '(')
    .replace(/([*+?}])\?/g, '$1')
}

/** Runs a shell command for each TCP socket of the kernel's list; in a subshell, so that `exit` ends the question. */
function eachSocket(command: string, otherwise: string): string {
  return `(for table in /proc/net/tcp /proc/net/tcp6; do [ -r "$table" ] || continue; while read -r _ local remote state _; do ${command}; done <"$table"; done; ${otherwise})`
}

/** An IPv4 address as the kernel's list has it. */
function hexAddress(address: string): string | undefined {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined
  return parts
    .toReversed()
    .map((part) => part.toString(16).toUpperCase().padStart(2, '0'))
    .join('')
}
