import { createHash, createHmac } from 'node:crypto'
import { splitLines } from './_bytes.ts'

/** A line of known_hosts, taken apart. */
export interface HostKey {
  /** `@cert-authority` or `@revoked`. */
  readonly marker: string
  readonly names: string
  readonly type: string
  readonly key: string
}

export function parseHostKey(line: string): HostKey | undefined {
  const words = line.trim().split(/\s+/)
  const [marker = ''] = words
  const [names = '', type = '', key = ''] = marker.startsWith('@') ? words.slice(1) : words
  if (line.trim().startsWith('#') || key === '') return undefined
  return { marker: marker.startsWith('@') ? marker : '', names, type, key }
}

/** Is the host among the names of a line: as they are written, with `*` and `?`, or hashed? */
export function isOf({ names }: HostKey, host: string): boolean {
  const [, , salt, hash] = names.startsWith('|1|') ? names.split('|') : []
  if (salt !== undefined && hash !== undefined)
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest('base64') === hash
  const patterns = names.toLowerCase().split(',')
  const fits = (pattern: string): boolean =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(host)
  return patterns.some(fits) && !patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))
}

/** A line whose host cannot be read. The salt, which hides nothing, comes of the line: the same line is made each time. */
export function hashedLine(host: string, line: string): string {
  const salt = createHash('sha1').update(`${host} ${line}`).digest()
  const hash = createHmac('sha1', salt).update(host).digest('base64')
  const words = line.trim().split(/\s+/)
  words[words[0]?.startsWith('@') === true ? 1 : 0] = `|1|${salt.toString('base64')}|${hash}`
  return words.join(' ')
}

export interface HostKeyEdit {
  /** In small letters. */
  readonly host: string
  readonly line: string | undefined
  readonly state: 'present' | 'absent'
}

/** The file after the edit: an old key of the same type makes way, the new one comes last. */
export function editKnownHosts(text: string, { host, line, state }: HostKeyEdit): string {
  const lines = splitLines(text)
  const key = line === undefined ? undefined : parseHostKey(line)
  const rows = lines
    .map((each) => ({ text: each, key: parseHostKey(each) }))
    .map((row) => ({ ...row, own: row.key !== undefined && isOf(row.key, host) }))
  if (key === undefined || line === undefined)
    return state === 'absent'
      ? rows
          .filter(({ own }) => !own)
          .map((row) => row.text)
          .join('')
      : text
  const same = rows.find((row) => row.own && row.key !== undefined && isSame(row.key, key))
  if (state === 'absent')
    return same === undefined
      ? text
      : rows
          .filter((row) => row !== same)
          .map((row) => row.text)
          .join('')
  if (same !== undefined) return text
  const old = rows.find((row) => row.own && row.key?.marker === '' && row.key.type === key.type)
  const kept = rows
    .filter((row) => row !== old)
    .map((row) => row.text)
    .join('')
  return `${kept}${kept === '' || kept.endsWith('\n') ? '' : '\n'}${line.trim()}\n`
}

function isSame(one: HostKey, other: HostKey): boolean {
  const names = one.names.startsWith('|1|') && other.names.startsWith('|1|') ? true : one.names === other.names
  return names && one.marker === other.marker && one.type === other.type && one.key === other.key
}
