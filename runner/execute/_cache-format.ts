/** A file of ansible-core 2.19's caches: its own JSON, in which values may carry where they come from, as a text within JSON. */
export function cachedText(data: unknown): string {
  return JSON.stringify({ [PAYLOAD]: JSON.stringify(data) })
}

/** What such a file holds, without the marks. @throws SyntaxError where it is no such file */
export function payloadOf(text: string): unknown {
  const outer: unknown = JSON.parse(text)
  const payload = isObject(outer) ? outer[PAYLOAD] : undefined
  if (typeof payload !== 'string') throw new SyntaxError(`there is no ${PAYLOAD}`)
  return JSON.parse(payload, (_, value: unknown) => unmarked(value))
}

const PAYLOAD = '__payload__'
const TYPE = '__ansible_type'

function unmarked(value: unknown): unknown {
  if (!isObject(value) || !(TYPE in value)) return value
  if ('value' in value) return value['value']
  return 'iso8601' in value ? value['iso8601'] : value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
