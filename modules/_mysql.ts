import type { z } from '../runner/module/index.ts'
import { args as arg, type Probe, quoteArgv, type RunAction, Secret, Unavailable } from '../runner/module/index.ts'

/** How to reach the database server; by default as root through the local socket. */
export const loginArguments = {
  login_user: arg.str().optional().describe('Default: the user of the session, through the local socket.'),
  login_password: arg.secret().optional(),
  login_host: arg.str().default('localhost'),
  login_port: arg.int().default(3306),
  login_unix_socket: arg.path().optional(),
  config_file: arg.path().optional().describe('Client options of the host; default: those the client reads by itself (~/.my.cnf).'),
  connect_timeout: arg.int().default(30).describe('Seconds.'),
  client_cert: arg.path().optional(),
  client_key: arg.path().optional(),
  ca_cert: arg.path().optional(),
  check_hostname: arg.bool().optional(),
}

export const loginAliases = { ssl_cert: 'client_cert', ssl_key: 'client_key', ssl_ca: 'ca_cert' } as const

export type Login = z.output<z.ZodObject<typeof loginArguments>>

/** SQL for the server: the client's options are no secrets, the password and all SQL travel on standard input. */
export function mysqlRun(login: Login, sql: string, id: string): RunAction {
  return { do: 'run', id, argv: argvOf(login), stdin: new Secret(stdinOf(login, sql)), env: { LC_ALL: 'C.UTF-8' } }
}

/** A question in SQL; its rows are arrays of columns. A server that is not there is Unavailable. */
export function mysqlProbe<T>(
  login: Login,
  question: {
    readonly kind: string
    readonly key: string
    readonly sql: string
    readonly fresh: () => T
    readonly read: (rows: readonly (readonly string[])[]) => T
    readonly tolerate?: RegExp
  },
): Probe<T> {
  return {
    kind: question.kind,
    key: `${serverOf(login)}${question.key}`,
    script: `printf '%s' ${quoteArgv([stdinOf(login, question.sql)])} | ${quoteArgv(argvOf(login))}`,
    parse: ({ rc, text, stderr }) =>
      rc === 0 || question.tolerate?.test(stderr) === true ? question.read(rowsOf(text)) : unavailable(rc, stderr),
    fresh: question.fresh,
    scope: isLocal(login) ? 'host' : 'run',
  }
}

/** Part of the key of every resource: empty for the host's own server. */
export function serverOf(login: Login): string {
  return isLocal(login) ? '' : `${login.login_host}:${String(login.login_port)}/`
}

export function scopeOf(login: Login): 'host' | 'run' {
  return isLocal(login) ? 'host' : 'run'
}

function isLocal(login: Login): boolean {
  return login.login_unix_socket !== undefined || ['localhost', '127.0.0.1', '::1'].includes(login.login_host)
}

/** A text as an SQL string. Control characters and quotes are escaped; NO_BACKSLASH_ESCAPES is off for the session (see `stdinOf`). */
export function sqlString(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\0', '\\0').replaceAll('\u001a', '\\Z')}'`
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  if (name === '' || name.includes('\0')) throw new TypeError('an SQL name must not be empty or hold NUL')
  return `\`${name.replaceAll('`', '``')}\``
}

function argvOf(login: Login): readonly string[] {
  const tcp = login.login_unix_socket === undefined && !(login.login_host === 'localhost' && login.login_port === 3306)
  const options = [
    ...(login.login_user === undefined ? [] : [`--user=${login.login_user}`]),
    ...(tcp
      ? [
          `--host=${login.login_host === 'localhost' ? '127.0.0.1' : login.login_host}`,
          `--port=${String(login.login_port)}`,
          '--protocol=tcp',
        ]
      : []),
    ...(login.login_unix_socket === undefined ? [] : [`--socket=${login.login_unix_socket}`]),
    `--connect-timeout=${String(login.connect_timeout)}`,
    ...(login.client_cert === undefined ? [] : [`--ssl-cert=${login.client_cert}`]),
    ...(login.client_key === undefined ? [] : [`--ssl-key=${login.client_key}`]),
    ...(login.ca_cert === undefined ? [] : [`--ssl-ca=${login.ca_cert}`]),
    ...(login.check_hostname === true ? ['--ssl-verify-server-cert'] : []),
  ]
  return ['sh', '-c', CLIENT, 'mysql', '--batch', '--skip-column-names', '--raw', '--default-character-set=utf8mb4', ...options]
}

/**
 * Standard input holds an options file up to a line with a dot, then SQL. The file reaches the client as a descriptor, so the
 * password is on no disk and no command line; options files that are read later would override it, hence `--defaults-file`.
 */
const CLIENT = `c=mysql; if command -v mariadb >/dev/null 2>&1; then c=mariadb; elif ! command -v mysql >/dev/null 2>&1; then echo 'no mysql client' >&2; exit 127; fi
exec 4<&0; IFS= read -r how
while IFS= read -r line && [ "$line" != . ]; do printf '%s\\n' "$line"; done | "$c" "--$how=/dev/fd/3" "$@" 3<&0 0<&4 4<&-`

function stdinOf(login: Login, sql: string): string {
  const how = login.login_password === undefined && login.config_file === undefined ? 'defaults-extra-file' : 'defaults-file'
  const password = login.login_password === undefined ? [] : [`password=${optionValue(login.login_password.reveal())}`]
  const include = login.config_file === undefined ? [] : [`!include ${login.config_file}`]
  return [how, ...include, '[client]', ...password, '.', "SET SESSION sql_mode = '';", sql, ''].join('\n')
}

function optionValue(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`
}

function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}

function unavailable(rc: number, stderr: string): Unavailable {
  const said = stderr.trim().replace(/^mysql: |^mariadb: /, '')
  if (rc === 127)
    return new Unavailable('there is no mysql or mariadb client on this host', 'install mariadb-client or default-mysql-client')
  if (/ERROR (1045|1698)/.test(said))
    return new Unavailable(
      `the database server refused the login: ${said}`,
      'check login_user and login_password, or become root to use the socket',
    )
  return new Unavailable(`the database server does not answer: ${said}`, /ERROR 200[23]/.test(said) ? 'is the server running?' : undefined)
}
