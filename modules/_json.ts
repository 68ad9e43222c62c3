import { Secret } from '../runner/module/index.ts'

/** Data as Python's `json.dumps` writes it: blanks after `,` and `:`, letters beyond ASCII escaped. */
export function pythonJson(value: unknown): string {
  if (value instanceof Secret) return jsonString(value.reveal())
  if (typeof value === 'string') return jsonString(value)
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, item]) => `${jsonString(key)}: ${pythonJson(item)}`)
      .join(', ')}}`
  return 'null'
}

/** Does a secret stand anywhere in the data? */
export function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true
  if (Array.isArray(value)) return value.some(holdsSecret)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsSecret)
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
