import { RunnerError } from '../base/error.ts'
import { Secret } from '../base/value.ts'
import type { HttpRequest } from '../host/host.ts'
import { type JsonWithRefs, type Outcome, OutcomeRef, type RequestWithRefs } from '../module/change.ts'

/** A request whose gaps earlier outcomes of the same plan fill. */
export function resolveRequest(asked: RequestWithRefs, earlier: readonly Outcome[]): HttpRequest {
  const { url, json, ...request } = asked
  const whole =
    typeof url === 'string'
      ? url
      : url.map((piece) => (typeof piece === 'string' ? piece : encodeURIComponent(textAt(piece, earlier)))).join('')
  if (json === undefined) return { ...request, url: whole }
  const typed = Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === 'content-type')
  const headers = typed ? request.headers : { ...request.headers, 'Content-Type': 'application/json' }
  return { ...request, url: whole, headers, body: new Secret(JSON.stringify(fill(json, earlier))) }
}

/** A JSON body with its references and secrets as plain data: so the text of it is a Secret as a whole. */
function fill(json: JsonWithRefs, earlier: readonly Outcome[]): unknown {
  if (json instanceof Secret) return json.reveal()
  if (json instanceof OutcomeRef) return valueAt(json, earlier)
  if (Array.isArray(json)) return json.map((item: JsonWithRefs) => fill(item, earlier))
  if (typeof json === 'object' && json !== null)
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, fill(item, earlier)]))
  return json
}

function textAt(ref: OutcomeRef, earlier: readonly Outcome[]): string {
  const value = valueAt(ref, earlier)
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw missing(ref)
}

/** A part of an HTTP answer, or of a program's output read as JSON; without a path the output itself. */
function valueAt(ref: OutcomeRef, earlier: readonly Outcome[]): unknown {
  const outcome = earlier.find((other) => other.id === ref.id)
  if (outcome === undefined) throw missing(ref)
  if (ref.path.length === 0 && outcome.http === undefined) return outcome.stdout.replace(/\n$/, '')
  const value = walk(outcome.http === undefined ? parseJson(outcome.stdout) : outcome.http.body, ref.path)
  if (value === undefined) throw missing(ref)
  return value
}

/** What a path leads to in JSON data; undefined where it leads nowhere. */
export function walk(data: unknown, path: readonly (string | number)[]): unknown {
  let value = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = Object.entries(value).find(([key]) => key === String(step))?.[1]
  }
  return value
}

function missing(ref: OutcomeRef): RunnerError {
  const path = ref.path.length === 0 ? '' : ` at ${ref.path.join('.')}`
  return new RunnerError('limit', `the answer to '${ref.id}' has nothing${path} that a later request needs`)
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
