import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { str } from '../runtime/text.ts'
import { isValList, newRecord, own, type Val } from '../runtime/types.ts'
import { asRecord, iterate } from '../runtime/values.ts'
import { type FilterTable, texts } from './define.ts'

function percentEncode(text: string, keep: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const char = String.fromCharCode(byte)
      return /[A-Za-z0-9_.~-]/.test(char) || keep.includes(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

function urlEncode(input: Val): Val {
  const record = asRecord(input)
  if (record === undefined && !isValList(input)) return percentEncode(str(input), '/')
  const pairs =
    record === undefined
      ? iterate(input).map((pair) => iterate(pair).map(str))
      : Object.entries(record).map(([key, value]) => [key, str(value)])
  return pairs.map((pair) => pair.map((part) => percentEncode(part, '').replaceAll('%20', '+')).join('=')).join('&')
}

const URL_PARTS = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s

function urlSplit(input: Val, args: Args): Val {
  const [, scheme = '', netloc = '', path = '', query = '', fragment = ''] = URL_PARTS.exec(str(input)) ?? []
  const at = netloc.lastIndexOf('@')
  const [username = null, password = null] = at < 0 ? [] : (/^([^:]*)(?::(.*))?$/s.exec(netloc.slice(0, at))?.slice(1) ?? [])
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(netloc.slice(at + 1)) ?? []
  const hostname = (bracketed ?? plain ?? '').toLowerCase()
  const parts = newRecord([
    ['fragment', fragment],
    ['hostname', hostname === '' ? null : hostname],
    ['netloc', netloc],
    ['password', password],
    ['path', path],
    ['port', port === undefined || port === '' ? null : Number(port)],
    ['query', query],
    ['scheme', scheme.toLowerCase()],
    ['username', username],
  ])
  const wanted = args.text('query', '')
  return wanted === ''
    ? parts
    : (own(parts, wanted) ?? (Object.hasOwn(parts, wanted) ? null : fail(`urlsplit: unknown URL component: ${wanted}`)))
}

export const URLS: FilterTable = [
  texts('urlencode', [], urlEncode),
  texts('urldecode', [], (input) => decodeURIComponent(str(input).replaceAll('+', ' '))),
  texts('urlsplit', ['query'], urlSplit),
]
