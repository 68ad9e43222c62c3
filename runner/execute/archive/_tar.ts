import { createHash } from 'node:crypto'
import type { ArchiveMember } from '../../module/define.ts'
import { ByteReader } from './_bytes.ts'

/** Something in an archive that GNU tar understands and this reader does not. */
export class NotRead extends Error {}

const BLOCK = 512

/** Gets the content of each file with the member, which comes again where an archive holds a path twice. */
export type TakeContent = (member: ArchiveMember, content: Buffer) => void

/** What a tar archive holds: ustar, pax and GNU's long names. The content of each file is summed as it passes. */
export async function tarMembers(source: AsyncIterable<Uint8Array>, take?: TakeContent): Promise<readonly ArchiveMember[]> {
  const reader = new ByteReader(source)
  const members = new Map<string, ArchiveMember>()
  let told: Readonly<Record<string, string>> = {}
  let always: Readonly<Record<string, string>> = {}
  try {
    for (;;) {
      const header = await reader.take(BLOCK)
      if (header.length === 0 || (header.length === BLOCK && header.every((byte) => byte === 0))) break
      if (header.length < BLOCK || !isHeader(header)) throw new NotRead('this is no tar archive')
      const type = header.toString('latin1', 156, 157)
      const size = numberAt(header, 124, 12)
      if ('gxLK'.includes(type)) {
        const text = await blockText(reader, size)
        if (type === 'g') always = { ...always, ...paxRecords(text) }
        else told = { ...told, ...(type === 'x' ? paxRecords(text) : { [type === 'L' ? 'path' : 'linkpath']: text.replace(/\0.*$/s, '') }) }
        continue
      }
      const member = await readMember(reader, { header, type, told: { ...always, ...told }, take })
      members.set(member.path, member)
      told = {}
    }
  } finally {
    await reader.close()
  }
  return [...members.values()]
}

interface Entry {
  readonly header: Buffer
  readonly type: string
  /** By pax records and GNU's long names. */
  readonly told: Readonly<Record<string, string>>
  readonly take: TakeContent | undefined
}

async function readMember(reader: ByteReader, { header, type, told, take }: Entry): Promise<ArchiveMember> {
  if (type === 'S' || Object.keys(told).some((key) => key.startsWith('GNU.sparse'))) throw new NotRead('sparse files are not read')
  const size = Number(told['size'] ?? numberAt(header, 124, 12))
  const kind = KINDS[type] ?? 'other'
  const hash = createHash('sha256')
  const length = kind === 'file' ? size : type === '1' || type === '2' ? 0 : size
  if (take !== undefined && length > CONTENT_BOUND) throw new NotRead('it holds a file of more than 256 MiB')
  const pieces: Buffer[] = []
  const whole = await reader.pass(length, (piece) => {
    hash.update(piece)
    if (take !== undefined) pieces.push(Buffer.from(piece))
  })
  if (!whole || !(await reader.pass((BLOCK - (length % BLOCK)) % BLOCK))) throw new NotRead('the archive ends too early')
  const path = told['path'] ?? pathOf(header)
  const link = told['linkpath'] ?? textAt(header, 157, 100)
  const member: ArchiveMember = {
    path,
    type: path.endsWith('/') && kind === 'file' ? 'directory' : kind,
    mode: numberAt(header, 100, 8) & 0o7777,
    uid: Number(told['uid'] ?? numberAt(header, 108, 8)),
    gid: Number(told['gid'] ?? numberAt(header, 116, 8)),
    owner: told['uname'] ?? textAt(header, 265, 32),
    group: told['gname'] ?? textAt(header, 297, 32),
    size: kind === 'file' ? size : 0,
    mtime: Math.floor(Number(told['mtime'] ?? numberAt(header, 136, 12))),
    ...(kind === 'link' || kind === 'hardlink' ? { target: link } : {}),
    ...(kind === 'file' ? { sha256: hash.digest('hex') } : {}),
  }
  if (kind === 'file') take?.(member, Buffer.concat(pieces))
  return member
}

/** The largest file whose content is handed on; bytes. */
const CONTENT_BOUND = 256 * 1024 * 1024

const KINDS: Readonly<Record<string, ArchiveMember['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'link',
  '5': 'directory',
}

async function blockText(reader: ByteReader, size: number): Promise<string> {
  const bytes = await reader.take(size)
  await reader.pass((BLOCK - (size % BLOCK)) % BLOCK)
  return bytes.toString('utf8')
}

/** `LENGTH key=value` and a newline, one after another; the length counts bytes. */
function paxRecords(text: string): Readonly<Record<string, string>> {
  const records: Record<string, string> = {}
  let rest = Buffer.from(text)
  for (let space = rest.indexOf(32); space > 0; space = rest.indexOf(32)) {
    const length = Number(rest.toString('latin1', 0, space))
    if (!(length > space)) break
    const record = rest.toString('utf8', space + 1, length - 1)
    const equals = record.indexOf('=')
    records[record.slice(0, equals)] = record.slice(equals + 1)
    rest = rest.subarray(length)
  }
  return records
}

/** The sum of the header's bytes, with blanks in the place of the sum. */
function isHeader(header: Buffer): boolean {
  let sum = 0
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 32 : (header[at] ?? 0)
  return sum === numberAt(header, 148, 8)
}

function pathOf(header: Buffer): string {
  const name = textAt(header, 0, 100)
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? textAt(header, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}

/** Octal digits, or GNU's binary numbers where those do not suffice. */
function numberAt(header: Buffer, at: number, length: number): number {
  if (((header[at] ?? 0) & 0x80) !== 0) return Number(BigInt(`0x${header.toString('hex', at + 1, at + length)}`))
  const digits = /[0-7]+/.exec(header.toString('latin1', at, at + length))?.[0]
  return digits === undefined ? 0 : Number.parseInt(digits, 8)
}
