/**
 * What a server says in the body of a refusal, in one line: the message of a JSON error, whichever way it is wrapped
 * (`{"error": {"message": …}}`, `{"itemNotFound": {"message": …}}`, `{"errors": [{"detail": …}]}`), or the text of a page.
 */
export function httpReason(text: string): string {
  const json = parseJson(text)
  return oneLine(json === undefined ? pageText(text) : (messageIn(json, 0) ?? text))
}

/** What a person can do about a refusal with this status, and with this text where one is given (a regular expression, without case). */
export interface HttpHint {
  readonly status: number
  readonly text?: string | undefined
  readonly hint: string
}

/** The first hint that fits. */
export function hintFor(hints: readonly HttpHint[], status: number, text: string): string | undefined {
  return hints.find((one) => one.status === status && (one.text === undefined || new RegExp(one.text, 'i').test(text)))?.hint
}

const MESSAGE_KEYS = ['message', 'detail', 'faultstring', 'title', 'error', 'error_message', 'NeutronError', 'reason', 'description']
const DEEPEST = 3

function messageIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return depth === 0 ? value : undefined
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return undefined
  const fields = new Map<string, unknown>(Object.entries(value))
  for (const key of MESSAGE_KEYS) {
    const text = fields.get(key)
    if (typeof text === 'string' && text !== '') return nested(text)
  }
  for (const inner of fields.values()) {
    const found = typeof inner === 'object' ? messageIn(inner, depth + 1) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Some services put a page, or another service's JSON, into their message. */
function nested(text: string): string {
  return text.includes('<') ? pageText(text) : text
}

function pageText(text: string): string {
  if (!/<(html|body|br|p|h1)\b/i.test(text)) return text
  const body = text.replace(/<(head|style|script|title)\b[\s\S]*?<\/\1>/gi, ' ')
  return body
    .replace(/<\/h1>(?=\s*\S)/gi, ': ')
    .replace(/<\/?[a-z!][^>]*>/gi, ' ')
    .replace(/ +:/g, ':')
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= MOST ? line : `${line.slice(0, MOST)}…`
}

const MOST = 400

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
