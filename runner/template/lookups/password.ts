import { createHash, randomInt } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { cryptPassword, randomSalt } from '../filters/password-hash.ts'
import { PythonRandom } from '../filters/python-random.ts'
import { fail } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { type Lookup, type Options, perTerm, splitParams } from './define.ts'

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const CHARACTERS: Readonly<Record<string, string>> = {
  ascii_letters: LOWER + LOWER.toUpperCase(),
  ascii_lowercase: LOWER,
  ascii_uppercase: LOWER.toUpperCase(),
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
}

interface Wanted {
  readonly length: number
  readonly alphabet: string
  readonly encrypt: string | undefined
  readonly seed: string | undefined
}

interface Kept {
  readonly password: string
  readonly salt: string | undefined
}

/** A password that is made once and kept in a file of the controller, readable by its owner alone. */
function password(term: string, options: Options, run: Run): readonly Val[] {
  const { rest, params } = splitParams(term)
  for (const name of params.keys())
    if (!['length', 'chars', 'encrypt', 'seed', 'ident'].includes(name)) fail(`Unrecognized parameter(s) given to password lookup: ${name}`)
  const wanted = wantedOf(options, params)
  const path = rest === '/dev/null' ? undefined : placeOf(rest, run)
  const kept = path === undefined ? make(wanted) : keep(path, wanted)
  if (wanted.encrypt === undefined) return [run.secret(kept.password)]
  return [run.secret(cryptPassword(kept.password, wanted.encrypt, kept.salt, undefined))]
}

function wantedOf(options: Options, params: ReadonlyMap<string, string>): Wanted {
  const encrypt =
    params.get('encrypt') ??
    (options.get('encrypt') === undefined || options.get('encrypt') === null ? undefined : options.text('encrypt', ''))
  const chars =
    params.get('chars') === undefined
      ? options.get('chars') === undefined
        ? ['ascii_letters', 'digits', '.,:-_']
        : options.list('chars')
      : splitChars(params.get('chars') ?? '')
  const seed = options.get('seed') ?? null
  return {
    length: Number(params.get('length') ?? options.number('length', 20)),
    alphabet: [...new Set(chars.flatMap((name) => Array.from(Object.hasOwn(CHARACTERS, name) ? (CHARACTERS[name] ?? '') : name)))].join(''),
    encrypt: encrypt === '' ? undefined : encrypt,
    seed: params.get('seed') ?? (seed === null ? undefined : str(seed)),
  }
}

function splitChars(text: string): string[] {
  return [
    ...(text.includes(',,') ? [','] : []),
    ...text
      .replace(',,', ',')
      .split(',')
      .filter((part) => part !== ''),
  ]
}

function placeOf(path: string, run: Run): string {
  if (isAbsolute(path)) return path
  const folder = run.variable('playbook_dir')
  return join(typeof folder === 'string' ? folder : '.', path)
}

function make({ length, alphabet, encrypt, seed }: Wanted): Kept {
  if (alphabet === '' || !Number.isInteger(length) || length < 0) fail('password: no characters to choose from')
  const source = seed === undefined ? undefined : new PythonRandom(seed)
  const chosen = Array.from({ length }, () => alphabet[source?.below(alphabet.length) ?? randomInt(alphabet.length)] ?? '')
  return { password: chosen.join(''), salt: encrypt === undefined ? undefined : randomSalt(encrypt.startsWith('md5') ? 8 : 16) }
}

function read(path: string): Kept | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/\n+$/, '')
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : fail(`password: cannot read ${path}`)
  }
  const [, plain = text, salt] = /^(.*?)(?: salt=(\S+))?(?: ident=\S+)?$/s.exec(text) ?? []
  return { password: plain, salt }
}

function keep(path: string, wanted: Wanted): Kept {
  const known = read(path)
  if (known !== undefined && (wanted.encrypt === undefined || known.salt !== undefined)) return known
  const made = known === undefined ? make(wanted) : { ...known, salt: randomSalt(wanted.encrypt?.startsWith('md5') === true ? 8 : 16) }
  write(path, `${made.password}${made.salt === undefined ? '' : ` salt=${made.salt}`}\n`, known === undefined ? 'new' : 'replace')
  return read(path) ?? made
}

/** Writes beside and then links or renames, so that of two runs at once both see the first one's password. */
function write(path: string, text: string, how: 'new' | 'replace'): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${createHash('sha1')
    .update(`${String(process.pid)}${String(randomInt(2 ** 31))}`)
    .digest('hex')
    .slice(0, 12)}`
  const file = openSync(draft, 'wx', 0o600)
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
  if (how === 'replace') {
    renameSync(draft, path)
    return
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
}

export const PASSWORD: Lookup = perTerm(['length', 'chars', 'encrypt', 'seed', 'ident'], password)
