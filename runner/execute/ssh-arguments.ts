import { RunnerError } from '../base/error.ts'

/** What ssh's arguments say that concerns a client of our own. */
export interface SshArguments {
  readonly proxyJump?: string | undefined
  readonly hostKeyChecking?: string | undefined
  readonly knownHostsFiles?: readonly string[] | undefined
  /** Seconds. */
  readonly connectTimeout?: number | undefined
  readonly user?: string | undefined
  readonly port?: number | undefined
  readonly privateKeyFiles?: readonly string[] | undefined
}

/** Options that ask for what happens anyway or has nothing to be about: connections are shared, encrypted and kept alive here. */
const MEANINGLESS =
  /^(control\w+|serveralive\w+|tcpkeepalive|compression|loglevel|batchmode|forwardagent|forwardx11\w*|requesttty|sendenv|setenv|gssapi\w+|preferredauthentications|\w+authentication|identitiesonly|addressfamily|checkhostip|hashknownhosts|updatehostkeys|connectionattempts|numberofpasswordprompts|hostkeyalgorithms|pubkeyaccepted\w+|kexalgorithms|ciphers|macs|canonical\w+|visualhostkey|verifyhostkeydns)$/
const MEANINGLESS_FLAGS = new Set([
  '-C',
  '-q',
  '-4',
  '-6',
  '-A',
  '-a',
  '-x',
  '-X',
  '-T',
  '-t',
  '-tt',
  '-n',
  '-k',
  '-K',
  '-v',
  '-vv',
  '-vvv',
])

/**
 * Reads the arguments that users of Ansible give to ssh (`--ssh-common-args`, `ansible_ssh_extra_args` …).
 * @throws RunnerError `options` for an option that a client of our own has not, such as ProxyCommand
 */
export function parseSshArguments(text: string): SshArguments {
  const found: Found = { knownHostsFiles: [], privateKeyFiles: [] }
  const words = splitShellWords(text)
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (MEANINGLESS_FLAGS.has(word)) continue
    const [, flag = '', attached = ''] = /^(-[oJilpF])(.*)$/.exec(word) ?? []
    if (flag === '') throw refused(word)
    takeFlag(flag, attached === '' ? (words.shift() ?? '') : attached, found)
  }
  const { knownHostsFiles, privateKeyFiles, ...rest } = found
  return {
    ...rest,
    ...(knownHostsFiles.length === 0 ? {} : { knownHostsFiles }),
    ...(privateKeyFiles.length === 0 ? {} : { privateKeyFiles }),
  }
}

interface Found {
  proxyJump?: string
  hostKeyChecking?: string
  connectTimeout?: number
  user?: string
  port?: number
  readonly knownHostsFiles: string[]
  readonly privateKeyFiles: string[]
}

function takeFlag(flag: string, value: string, found: Found): void {
  switch (flag) {
    case '-J':
      found.proxyJump = value
      break
    case '-l':
      found.user = value
      break
    case '-p':
      found.port = Number(value)
      break
    case '-i':
      found.privateKeyFiles.push(value)
      break
    case '-F':
      if (value === '/dev/null') break
      throw refused(`-F ${value}`)
    default:
      takeOption(value, found)
  }
}

function takeOption(text: string, found: Found): void {
  const [, name = '', value = ''] = /^\s*(\w+)\s*[=\s]\s*(.*?)\s*$/.exec(text) ?? []
  switch (name.toLowerCase()) {
    case 'proxyjump':
      found.proxyJump = value
      break
    case 'stricthostkeychecking':
      found.hostKeyChecking = value
      break
    case 'userknownhostsfile':
    case 'globalknownhostsfile':
      found.knownHostsFiles.push(...value.split(/\s+/))
      break
    case 'connecttimeout':
      found.connectTimeout = Number(value)
      break
    case 'user':
      found.user = value
      break
    case 'port':
      found.port = Number(value)
      break
    case 'identityfile':
      found.privateKeyFiles.push(value)
      break
    case 'proxycommand':
      found.proxyJump = jumpOf(value) ?? fail(`-o ${text}`)
      break
    default:
      if (!MEANINGLESS.test(name.toLowerCase())) throw refused(`-o ${text}`)
  }
}

/** `ssh -W %h:%p [-p PORT] [USER@]HOST` is what ProxyJump does. */
function jumpOf(command: string): string | undefined {
  const words = splitShellWords(command)
  if (words.shift() !== 'ssh' || !/-W\s*(\[?%h\]?:%p)/.test(command)) return undefined
  let [host, user, port]: (string | undefined)[] = []
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, flag = '', attached = ''] = /^(-[WplioF])(.*)$/.exec(word) ?? []
    const value = flag === '' ? '' : attached === '' ? (words.shift() ?? '') : attached
    if (flag === '-p') port = value
    else if (flag === '-l') user = value
    else if (flag === '' && !word.startsWith('-')) host ??= word
  }
  if (host === undefined) return undefined
  return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`
}

function fail(what: string): never {
  throw refused(what)
}

function refused(what: string): RunnerError {
  return new RunnerError('options', `the ssh argument ${what} is not understood: the SSH client is part of this program`, {
    hint: 'it knows -J (ProxyJump), -i, -l, -p, StrictHostKeyChecking, UserKnownHostsFile and ConnectTimeout',
  })
}

/** Words as a shell splits them, quotes taken off. */
function splitShellWords(text: string): string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? []
  return words.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_all, double?: string, single?: string, plain?: string) =>
      double === undefined ? (single ?? plain ?? '') : double.replace(/\\(.)/g, '$1'),
    ),
  )
}
