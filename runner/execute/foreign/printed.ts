import { fromJson, isRecord, type ValueRecord } from '../../base/value.ts'

/** What a program has printed: the JSON object in it with what came behind, or why there is none. */
export type Printed = { readonly value: ValueRecord; readonly junk: string } | { readonly reason: string }

/** Lines before the object and behind it are not its. */
export function printedObject(output: string): Printed {
  const lines = output.split(/\r\n|\r|\n/)
  const start = lines.findIndex((line) => line.trimStart().startsWith('{'))
  if (start === -1) return { reason: 'No start of json char found' }
  const end = lines.findLastIndex((line) => line.trimEnd().endsWith('}'))
  if (end < start) return { reason: 'No end of json char found' }
  const value = parsed(lines.slice(start, end + 1).join('\n'))
  if (value === undefined) return { reason: 'it is not JSON' }
  const behind = lines.slice(end + 1).join('\n')
  return { value, junk: behind.trim() }
}

function parsed(text: string): ValueRecord | undefined {
  try {
    const value = fromJson(JSON.parse(text))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
