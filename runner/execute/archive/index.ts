import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import type { Archive, ArchiveMember, ArchivePacking } from '../../module/define.ts'
import { NotRead, tarMembers } from './_tar.ts'
import { zipMembers } from './_zip.ts'

/** What an archive of this machine holds. Without members where it is packed in a way that cannot be read here: its form alone is told then. */
export async function readArchive(path: string): Promise<Archive> {
  const packing = await packingOf(path)
  try {
    return { packing, members: packing === 'zip' ? await zipMembers(path) : await tarMembers(unpacked(path, packing)) }
  } catch (error) {
    return { packing, members: undefined, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A member of an archive; of a file with what is in it. */
export interface TarEntry {
  readonly member: ArchiveMember
  readonly content: Buffer | undefined
}

/** The most that an archive may hold when it is unpacked into memory; bytes. */
const UNPACKED_BOUND = 512 * 1024 * 1024

/** The members of a tar archive with their content, a path that comes twice as it was the last time. @throws where it cannot be read */
export async function readTar(path: string): Promise<readonly TarEntry[]> {
  const packing = await packingOf(path)
  if (packing === 'zip') throw new NotRead('this is no tar archive')
  const contents = new Map<string, Buffer>()
  let size = 0
  const members = await tarMembers(unpacked(path, packing), (member, content) => {
    size += content.length
    if (size > UNPACKED_BOUND) throw new NotRead(`it holds more than ${String(UNPACKED_BOUND / 1024 / 1024)} MiB`)
    contents.set(member.path, content)
  })
  return members.map((member) => ({ member, content: member.type === 'file' ? contents.get(member.path) : undefined }))
}

const MAGIC: readonly (readonly [ArchivePacking, string])[] = [
  ['gzip', '1f8b'],
  ['bzip2', '425a68'],
  ['xz', 'fd377a585a00'],
  ['zstd', '28b52ffd'],
  ['zip', '504b0304'],
  ['zip', '504b0506'],
]

async function packingOf(path: string): Promise<ArchivePacking> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(6), 0, 6, 0)
    const start = buffer.toString('hex')
    return MAGIC.find(([, magic]) => start.startsWith(magic))?.[0] ?? 'none'
  } finally {
    await file.close()
  }
}

function unpacked(path: string, packing: ArchivePacking): AsyncIterable<Uint8Array> {
  if (packing === 'none') return createReadStream(path)
  if (packing === 'gzip') return createReadStream(path).pipe(createGunzip())
  return printed(packing, path)
}

/** Node has no decoder for these: the controller's own program unpacks them. */
async function* printed(program: string, path: string): AsyncIterable<Uint8Array> {
  const child = spawn(program, ['-dc', path], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  ended.catch(() => undefined)
  try {
    for await (const chunk of child.stdout) if (Buffer.isBuffer(chunk)) yield chunk
    if ((await ended) !== 0) throw new NotRead(`${program} cannot unpack it`)
  } finally {
    child.kill()
  }
}
