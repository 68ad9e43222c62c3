import { STATUS_CODES } from 'node:http'
import { hintFor, httpReason } from '../base/http-reason.ts'
import { quoteArgv } from '../base/quote.ts'
import type { Action, FetchAction, HttpAction, HttpPollAction, Outcome, ReconnectAction, RunAction } from '../module/change.ts'

/** One line for a person: what could not be done and why. Never what went in on stdin or in a body. */
export function messageFor(action: Action, outcome: Outcome): string {
  switch (action.do) {
    case 'run':
      return runMessage(action, outcome)
    case 'script':
      return `cannot ${action.purpose}: ${reason(outcome)}`
    case 'write':
      return `cannot write ${action.path}: ${writeReason(outcome)}`
    case 'fetch':
      return fetchMessage(action, outcome)
    case 'download':
      return `cannot fetch ${action.path}: ${reason(outcome)}`
    case 'http':
      return httpMessage(action, outcome)
    case 'poll':
      return action.failMessage ?? `${action.purpose}: not within ${String(action.timeout / 1000)} s${said(outcome)}`
    case 'http-poll':
      return pollMessage(action, outcome)
    case 'reconnect':
      return reconnectMessage(action, outcome)
  }
}

function runMessage(action: RunAction, outcome: Outcome): string {
  const command = shorten(quoteArgv(action.argv), 200)
  if (outcome.timedOut) return `${command} was killed after ${String((action.timeout ?? 0) / 1000)} s`
  if (action.purpose !== undefined) return `cannot ${action.purpose}${said(outcome)}`
  return `${command} ended with code ${String(outcome.rc)}${said(outcome)}`
}

function fetchMessage(action: FetchAction, outcome: Outcome): string {
  const { http } = outcome
  const refused = http !== undefined && (http.status < 200 || http.status > 299)
  if (!refused) return `cannot write ${action.path}: ${writeReason(outcome)}`
  const why = http.status === 0 ? outcome.stderr : `HTTP ${String(http.status)} ${STATUS_CODES[http.status] ?? ''}`.trim()
  return `cannot download ${http.url}: ${why === '' ? 'no answer' : why}`
}

function reconnectMessage(action: ReconnectAction, outcome: Outcome): string {
  const why = outcome.stderr === '' ? '' : `: ${shorten(outcome.stderr, 300)}`
  return outcome.timedOut ? `${action.purpose}: not within ${String(action.timeout / 1000)} s${why}` : `cannot ${action.purpose}${why}`
}

function httpMessage(action: HttpAction, outcome: Outcome): string {
  const { http } = outcome
  if (http === undefined || http.status === 0) return `cannot ${action.purpose}: ${outcome.stderr === '' ? 'no answer' : outcome.stderr}`
  const text = httpReason(http.text)
  const hint = hintFor(action.hints ?? [], http.status, text)
  const said = `HTTP ${String(http.status)} from ${http.url}${text === '' ? '' : `: ${text}`}`
  return `cannot ${action.purpose}: ${said}${hint === undefined ? '' : ` (${hint})`}`
}

function pollMessage(action: HttpPollAction, { stderr, timedOut }: Outcome): string {
  return `${action.purpose}: ${timedOut ? `not within ${String(action.timeout / 1000)} s: ` : ''}${stderr}`
}

/** Of several lines a shell's and a tool's, the last one tells most; a validator's whole speech counts. */
function writeReason(outcome: Outcome): string {
  const text = outcome.stderr.trim()
  if (text.includes('the new content was refused by')) return text
  return reason(outcome).replace(/^.*: (?=[A-Z][^:]*$)/, '')
}

function reason(outcome: Outcome): string {
  if (outcome.timedOut) return 'it took too long'
  return lastLine(outcome.stderr) ?? lastLine(outcome.stdout) ?? `code ${String(outcome.rc)}`
}

function said(outcome: Outcome): string {
  const line = lastLine(outcome.stderr) ?? lastLine(outcome.stdout)
  return line === undefined ? '' : `: ${shorten(line, 300)}`
}

function lastLine(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim().split('\n').at(-1)
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`
}
