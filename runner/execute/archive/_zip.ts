import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { createInflateRaw } from 'node:zlib'
import type { ArchiveMember } from '../../module/define.ts'
import { NotRead } from './_tar.ts'

const DIRECTORY = 0x02014b50
const END = 0x06054b50

/** What a zip archive holds, by its central directory. Names of owners are not in it. */
export async function zipMembers(path: string): Promise<readonly ArchiveMember[]> {
  const file = await open(path)
  try {
    const directory = await centralDirectory(file)
    const members: ArchiveMember[] = []
    for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY; ) {
      const lengths = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset))
      const end = at + 46 + lengths.reduce((sum, length) => sum + length, 0)
      members.push(await readMember(file, directory.subarray(at, end)))
      at = end
    }
    return members
  } finally {
    await file.close()
  }
}

async function centralDirectory(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat()
  const tail = await bytesAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END) continue
    const [length, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
    if (offset === 0xffffffff || tail.readUInt16LE(at + 10) === 0xffff) throw new NotRead('zip archives of the 64-bit form are not read')
    return bytesAt(file, offset, length)
  }
  throw new NotRead('this is no zip archive')
}

async function readMember(file: FileHandle, entry: Buffer): Promise<ArchiveMember> {
  const nameLength = entry.readUInt16LE(28)
  const path = entry.toString('utf8', 46, 46 + nameLength)
  const unix = entry.readUInt16LE(4) >> 8 === 3 ? entry.readUInt32LE(38) >>> 16 : 0
  const isFolder = path.endsWith('/')
  const type = isFolder ? 'directory' : (unix & 0o170000) === 0o120000 ? 'link' : 'file'
  const content = isFolder ? Buffer.alloc(0) : await contentOf(file, entry)
  return {
    path,
    type,
    mode: unix === 0 ? undefined : unix & 0o777,
    uid: undefined,
    gid: undefined,
    owner: '',
    group: '',
    size: content.length,
    mtime: undefined,
    ...(type === 'link' ? { target: content.toString('utf8') } : {}),
    ...(type === 'file' ? { sha256: createHash('sha256').update(content).digest('hex') } : {}),
  }
}

async function contentOf(file: FileHandle, entry: Buffer): Promise<Buffer> {
  if ((entry.readUInt16LE(8) & 1) !== 0) throw new NotRead('encrypted zip archives are not read')
  const [method, packed, offset] = [entry.readUInt16LE(10), entry.readUInt32LE(20), entry.readUInt32LE(42)]
  const local = await bytesAt(file, offset, 30)
  const bytes = await bytesAt(file, offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), packed)
  if (method === 0) return bytes
  if (method !== 8) throw new NotRead('this form of zip is not read')
  const inflate = createInflateRaw()
  inflate.end(bytes)
  const pieces: Buffer[] = []
  for await (const piece of inflate) if (Buffer.isBuffer(piece)) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new NotRead('the archive ends too early')
  return buffer
}
