import { quote, quoteArgv } from '../base/quote.ts'
import { Secret } from '../base/value.ts'
import type { HttpRequest, HttpResponse } from '../host/host.ts'
import { quotePath } from '../host/probes/path.ts'
import type { HostBody, HttpAction } from '../module/change.ts'
import { ask } from './_apply-request.ts'
import { exports } from './_apply-script.ts'
import type { ApplyTarget } from './apply.ts'

const DEFAULT_TIMEOUT = 30_000

/** What the host itself may need beside the transfer: to start, and to take its leave. */
const GRACE = 10_000

export function isHostBody(body: HttpAction['request']['body']): body is HostBody {
  return typeof body === 'object' && ('remote' in body || 'download' in body)
}

/** Has the host's curl send bytes of the host. Status 0 where nothing was sent or nothing answered. */
export async function sendFromHost(request: HttpRequest, body: HostBody, target: ApplyTarget): Promise<HttpResponse> {
  const transfer = 'remote' in body ? fileScript(request, body.remote) : downloadScript(request, body)
  const lines = [`sr_has curl || { echo ${quote(MISSING)} >&2; exit 1; }`, `${exports(target.env)}:`, transfer]
  const timeout = (request.timeout ?? DEFAULT_TIMEOUT) * ('remote' in body ? 1 : 2) + GRACE
  const answer = await ask(target, { script: `( ${lines.join('\n')}\n)`, timeout })
  const parts = /^([\s\S]*)\n(\d{3})$/.exec(answer.stdout.toString('utf8'))
  if (answer.rc === 0 && parts !== null && parts[2] !== '000')
    return { status: Number(parts[2]), headers: {}, body: Buffer.from(parts[1] ?? '', 'utf8'), url: request.url }
  const error = answer.timedOut ? 'it took too long' : answer.stderr.toString('utf8').trim()
  return { status: 0, headers: {}, body: Buffer.alloc(0), url: request.url, error }
}

const MISSING = 'there is no curl on the host: install the package curl'

function fileScript(request: HttpRequest, path: string): string {
  return `printf %s ${quote(configOf(request))} | ${quoteArgv([...CURL, '--config', '-'])} --upload-file ${quotePath(path)}`
}

function downloadScript(request: HttpRequest, body: Extract<HostBody, { download: string }>): string {
  const { download, digest } = body
  const wrong = `what ${download} gives does not have the ${digest?.algorithm ?? ''} ${digest?.hex ?? ''}`
  const check = `[ "$(${digest?.algorithm ?? ''}sum <"$sr_t" | cut -d ' ' -f 1)" = ${digest?.hex ?? ''} ] || { echo ${quote(wrong)} >&2; exit 1; }`
  return [
    'umask 077; sr_t=$(mktemp /var/tmp/.stackrun.XXXXXXXX) || exit 1',
    `trap 'rm -f "$sr_t"' EXIT; trap 'exit 1' HUP INT TERM`,
    `${quoteArgv([...CURL, '--fail', '--location', '--max-time', seconds(request), '--output'])} "$sr_t" -- ${quote(download)} </dev/null || exit 1`,
    ...(digest === undefined ? [] : [check]),
    `printf %s ${quote(configOf(request))} | ${quoteArgv([...CURL, '--config', '-'])} --upload-file "$sr_t"`,
  ].join('\n')
}

const CURL = ['curl', '--silent', '--show-error'] as const

/** On curl's standard input: a token must not be seen among the processes. */
function configOf(request: HttpRequest): string {
  const headers = Object.entries(request.headers ?? {}).map(
    ([name, value]) => `${name}: ${value instanceof Secret ? value.reveal() : value}`,
  )
  return [
    option('url', request.url),
    option('request', request.method),
    ...[...headers, 'Expect:'].map((header) => option('header', header)),
    option('write-out', '\n%{http_code}'),
    option('max-time', seconds(request)),
    ...(request.validateCerts === false ? ['insecure\n'] : []),
  ].join('')
}

function option(name: string, value: string): string {
  const quoted = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `${name} = "${quoted}"\n`
}

function seconds(request: HttpRequest): string {
  return String(Math.ceil((request.timeout ?? DEFAULT_TIMEOUT) / 1000))
}
