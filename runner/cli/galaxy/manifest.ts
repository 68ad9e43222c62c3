import { createHash } from 'node:crypto'
import { z } from 'zod'
import { messageOf, RunnerError } from '../../base/error.ts'
import type { TarEntry } from './archive.ts'
import type { TreeEntry } from './tree.ts'

/** A collection ready to be installed. */
export interface CollectionTree {
  readonly info: CollectionInfo
  readonly entries: readonly TreeEntry[]
}

const infoSchema = z.looseObject({
  namespace: z.string().regex(/^[a-z_]\w*$/i),
  name: z.string().regex(/^[a-z_]\w*$/i),
  version: z.coerce.string(),
  dependencies: z
    .record(z.string(), z.coerce.string())
    .nullish()
    .transform((value) => value ?? {}),
})
export type CollectionInfo = z.infer<typeof infoSchema>

const manifestSchema = z.looseObject({
  collection_info: infoSchema,
  file_manifest_file: z.looseObject({ name: z.string(), chksum_sha256: z.string().nullish() }),
})
const filesSchema = z.looseObject({
  files: z.array(z.looseObject({ name: z.string(), ftype: z.enum(['file', 'dir']), chksum_sha256: z.string().nullish() })),
})
type Listed = z.infer<typeof filesSchema>['files'][number]

/** The `namespace.name:version` of messages. */
export function titleOf({ namespace, name, version }: Pick<CollectionInfo, 'namespace' | 'name' | 'version'>): string {
  return `${namespace}.${name}:${version}`
}

/** What a galaxy.yml or MANIFEST.json says of its collection. */
export function readInfo(data: unknown, where: string): CollectionInfo {
  const parsed = infoSchema.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RunnerError('syntax', `${where}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`)
}

/** The collection_info of a MANIFEST.json. */
export function readManifest(content: Buffer | string, where: string): z.infer<typeof manifestSchema> {
  return parse(manifestSchema, content, where)
}

/**
 * A collection's archive: of it exactly what its list names, each file with the sum that stands there.
 * @throws RunnerError `syntax` for one that is none, `transfer` for a sum that differs
 */
export function collectionOf(archive: readonly TarEntry[], where: string): CollectionTree {
  const members = new Map(archive.map((entry) => [entry.member.path, entry] as const))
  const manifest = contentOf(members, 'MANIFEST.json', where)
  const { collection_info: info, file_manifest_file: list } = readManifest(manifest, `MANIFEST.json of ${where}`)
  const files = contentOf(members, list.name, where)
  checkSum(files, list.chksum_sha256, { name: list.name, where })
  const { files: listed } = parse(filesSchema, files, `${list.name} of ${where}`)
  const entries = listed.filter(({ name }) => name !== '.').map((item) => entryOf(item, members, where))
  return {
    info,
    entries: [
      { path: 'MANIFEST.json', type: 'file', content: manifest, executable: false },
      { path: list.name, type: 'file', content: files, executable: false },
      ...entries,
    ],
  }
}

function entryOf({ name, ftype, chksum_sha256: sum }: Listed, members: ReadonlyMap<string, TarEntry>, where: string): TreeEntry {
  const found = members.get(name)
  if (found === undefined) throw new RunnerError('syntax', `${where} has no '${name}', which its list names`)
  const { member } = found
  if (member.type === 'link') return { path: name, type: 'link', target: member.target ?? '' }
  if (ftype === 'dir') return { path: name, type: 'directory' }
  if (found.content === undefined) throw new RunnerError('syntax', `'${name}' of ${where} is no file`)
  checkSum(found.content, sum, { name, where })
  return { path: name, type: 'file', content: found.content, executable: ((member.mode ?? 0) & 0o100) !== 0 }
}

function checkSum(
  content: Buffer,
  wanted: string | null | undefined,
  { name, where }: { readonly name: string; readonly where: string },
): void {
  if (wanted === null || wanted === undefined) throw new RunnerError('syntax', `${where} has no checksum for '${name}'`)
  const sum = sumOf(content)
  if (sum !== wanted)
    throw new RunnerError('transfer', `Checksum mismatch for '${name}' inside collection at '${where}'`, {
      hint: `its list says ${wanted}, the file has ${sum}; nothing of it was installed`,
    })
}

export function sumOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function contentOf(members: ReadonlyMap<string, TarEntry>, name: string, where: string): Buffer {
  const content = members.get(name)?.content
  if (content !== undefined) return content
  throw new RunnerError('syntax', `Collection at '${where}' does not contain the required file ${name}.`, {
    hint: 'ansible-galaxy collection build makes archives of collections',
  })
}

function parse<T>(schema: z.ZodType<T>, content: Buffer | string, where: string): T {
  try {
    return schema.parse(JSON.parse(content.toString()))
  } catch (error) {
    throw new RunnerError('syntax', `${where} is not understood: ${messageOf(error)}`, { cause: error })
  }
}
