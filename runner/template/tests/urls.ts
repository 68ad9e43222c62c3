import type { Args } from '../runtime/arguments.ts'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { iterate } from '../runtime/values.ts'
import { aliases, type TestTable } from './define.ts'

function parts(value: Val): { readonly scheme: string; readonly authority: string | undefined } | undefined {
  const match = /^([A-Za-z][\w+.-]*):(?:\/\/([^/?#]*))?/.exec(str(value))
  return match === null ? undefined : { scheme: match[1] ?? '', authority: match[2] }
}

function isUrl(value: Val, args: Args): boolean {
  const found = parts(value)
  const schemes = args.get('schemes') === undefined ? undefined : iterate(args.need('schemes')).map(str)
  return found?.authority !== undefined && found.authority !== '' && (schemes?.includes(found.scheme) ?? true)
}

export const URLS: TestTable = [
  ...aliases(['url'], ['schemes'], isUrl),
  ...aliases(['uri'], ['schemes'], (value) => parts(value) !== undefined),
  ...aliases(['urn'], [], (value) => /^urn:[\w-]+:.+/i.test(str(value))),
]
