import { randomInt } from 'node:crypto'
import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { str } from '../runtime/text.ts'
import { md5Crypt, shaCrypt } from './crypt.ts'

export const SALT_CHARACTERS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function randomSalt(length: number): string {
  return Array.from({ length }, () => SALT_CHARACTERS[randomInt(64)] ?? '.').join('')
}

/** A password as `/etc/shadow` keeps it. Without a salt every call gives another text. */
export function cryptPassword(password: string, type: string, salt: string | undefined, rounds: number | undefined): string {
  switch (type) {
    case 'sha512':
    case 'sha512_crypt':
      return shaCrypt('sha512', password, salt ?? randomSalt(16), rounds ?? 656000)
    case 'sha256':
    case 'sha256_crypt':
      return shaCrypt('sha256', password, salt ?? randomSalt(16), rounds ?? 535000)
    case 'md5':
    case 'md5_crypt':
      return md5Crypt(password, salt ?? randomSalt(8))
    default:
      return fail(`password_hash: '${type}' is not supported`, 'use sha512, sha256 or md5')
  }
}

export function passwordHash(password: string, args: Args): string {
  const salt = args.get('salt') ?? null
  const text = salt === null ? undefined : str(salt)
  if (text !== undefined && /[^./0-9A-Za-z]/.test(text)) fail('password_hash: invalid characters in salt')
  const size = args.get('salt_size') ?? null
  const rounds = args.get('rounds') ?? null
  const type = args.text('hashtype', 'sha512')
  return cryptPassword(
    password,
    type,
    text ?? (size === null ? undefined : randomSalt(args.number('salt_size'))),
    rounds === null ? undefined : args.number('rounds'),
  )
}
