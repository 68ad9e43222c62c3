import { createHash, getHashes } from 'node:crypto'
import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { type FilterTable, textOf, texts } from './define.ts'
import { passwordHash } from './password-hash.ts'

function digest(algorithm: string, input: Val): Val {
  if (!getHashes().includes(algorithm)) return fail(`hash: there is no algorithm '${algorithm}'`)
  return createHash(algorithm).update(str(input), 'utf8').digest('hex')
}

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  ascii: 'ascii',
  latin1: 'latin1',
  'latin-1': 'latin1',
  'iso-8859-1': 'latin1',
  'utf-16-le': 'utf16le',
  'utf-16le': 'utf16le',
}

function encoding(args: Args): BufferEncoding {
  const name = args.text('encoding', 'utf-8').toLowerCase()
  return (Object.hasOwn(ENCODINGS, name) ? ENCODINGS[name] : undefined) ?? fail(`unknown encoding: ${name}`)
}

function decode(input: Val, args: Args): Val {
  const text = textOf(input, 'b64decode').replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) fail('b64decode: the text is not base64')
  return Buffer.from(text, 'base64').toString(encoding(args))
}

/** Ansible's namespace for `to_uuid`. */
const UUID_NAMESPACE = '361e6d51-faec-444a-9079-341386da8e2e'

function toUuid(input: Val, args: Args): Val {
  const namespace = Buffer.from(args.text('namespace', UUID_NAMESPACE).replaceAll('-', ''), 'hex')
  const bytes = createHash('sha1').update(namespace).update(str(input), 'utf8').digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const HASHES: FilterTable = [
  texts('hash', ['hashtype'], (input, args) => digest(args.text('hashtype', 'sha1'), input)),
  texts('checksum', [], (input) => digest('sha1', input)),
  texts('sha1', [], (input) => digest('sha1', input)),
  texts('md5', [], (input) => digest('md5', input)),
  texts('b64encode', ['encoding'], (input, args) => Buffer.from(str(input), encoding(args)).toString('base64')),
  texts('b64decode', ['encoding'], decode),
  texts('to_uuid', ['namespace'], toUuid),
  texts('password_hash', ['hashtype', 'salt', 'salt_size', 'rounds', 'ident'], (input, args) => passwordHash(str(input), args)),
]
