import { createHash, createHmac } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** One key of a known_hosts file, with its place for messages. */
export interface KnownHost {
  readonly marker: '' | '@revoked' | '@cert-authority'
  readonly patterns: string
  readonly type: string
  /** Base64, as written. */
  readonly key: string
  /** `path:line`. */
  readonly place: string
}

/** The entries of all files, in order; a file that is not there has none. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHost[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts.flatMap((text, index) => parseKnownHosts(text, files[index] ?? ''))
}

export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const entries: KnownHost[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/)
    const marker = words[0] === '@revoked' || words[0] === '@cert-authority' ? words[0] : ''
    const [patterns, type, key] = marker === '' ? words : words.slice(1)
    if (patterns === undefined || patterns.startsWith('#') || type === undefined || key === undefined) continue
    entries.push({ marker, patterns, type, key, place: `${file}:${String(index + 1)}` })
  }
  return entries
}

/** The name under which a host is filed: `[host]:port` for any port but 22. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase()
  return port === 22 ? name : `[${name}]:${String(port)}`
}

export function matchesHost(entry: KnownHost, name: string): boolean {
  if (entry.patterns.startsWith('|')) return matchesHash(entry.patterns, name)
  let matched = false
  for (const pattern of entry.patterns.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!')
    if (!matchesGlob(negated ? pattern.slice(1) : pattern, name)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, so that a stolen file does not list a user's hosts. */
function matchesHash(patterns: string, name: string): boolean {
  const [, version, salt, hash] = patterns.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

function matchesGlob(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${escaped}$`).test(name)
}

/** `SHA256:…` as ssh-keygen prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The type that a public key names in its first field. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return ''
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0))
}

/** Adds a line in one write, which is whole even when several runs append at once. */
export async function appendKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const old = await readFile(file, 'utf8').catch(() => '')
  const gap = old === '' || old.endsWith('\n') ? '' : '\n'
  await appendFile(file, `${gap}${name} ${keyType(key)} ${key.toString('base64')}\n`, { mode: 0o600 })
}
