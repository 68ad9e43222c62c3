import type { Failure } from '../runner/module/index.ts'
import { args, defineModule, type FileStat, type FileState, fail, UnknownState, z } from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { octal } from './_mode.ts'
import { type Details, detailsProbe, digest, type Wanted } from './_stat-details.ts'

const schema = z.strictObject({
  path: args.path().describe('What to look at.'),
  follow: args.bool().default(false).describe('Look at what a symbolic link points to.'),
  get_checksum: args.bool().default(true),
  checksum_algorithm: z.enum(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']).default('sha1'),
  get_mime: args.bool().default(true).describe('Type and character set, where the host has `file`.'),
  get_attributes: args.bool().default(true).describe('Attributes of the file system, where the host has `lsattr`.'),
})

type Args = z.infer<typeof schema>

interface State {
  readonly path: string
  readonly file: FileState
  readonly details: Details
}

/** A predicted file's checksum is made of its content; larger ones are not kept. */
const PREDICTED_CONTENT = 16 * 1024 * 1024

export default defineModule<Args, State>({
  name: 'stat',
  summary: 'Tell what is at a path.',
  args: schema,
  aliases: {
    dest: 'path',
    name: 'path',
    checksum: 'checksum_algorithm',
    checksum_algo: 'checksum_algorithm',
    mime: 'get_mime',
    mime_type: 'get_mime',
    'mime-type': 'get_mime',
    attr: 'get_attributes',
    attributes: 'get_attributes',
  },
  returns: z.object({ stat: z.looseObject({ exists: z.boolean() }) }),
  examples: [
    { name: 'Is it there?', yaml: 'stat:\n  path: /etc/hosts\nregister: hosts_file\n', lab: { first: 'ok' } },
    { name: 'Without a checksum', yaml: 'stat:\n  path: /bin\n  follow: true\n  get_checksum: false\n', lab: { first: 'ok' } },
  ],
  async check(host, task) {
    const path = await expandPath(host, task.path)
    const wanted: Wanted = {
      path,
      follow: task.follow,
      checksum: task.get_checksum ? task.checksum_algorithm : undefined,
      mime: task.get_mime,
      attributes: task.get_attributes,
    }
    const [file, details] = await Promise.all([
      host.file(path, { follow: task.follow, ...(host.predicted ? { content: PREDICTED_CONTENT } : {}) }),
      host.probe(detailsProbe(wanted)),
    ])
    if (file.type === 'unknown') throw new UnknownState(file.reason)
    if (details.hidden) return fail(`Permission denied: cannot look at ${path}`, { hint: 'use become' })
    return { path, file, details: host.predicted ? predictedDetails(file, details, task) : details }
  },
  plan: () => [],
  result: ({ path, file, details }): Readonly<Record<string, unknown>> | Failure => ({
    stat: file.type === 'absent' || file.type === 'unknown' ? { exists: false } : statResult(path, file, details),
  }),
})

function predictedDetails(file: FileState, details: Details, task: Args): Details {
  if (file.type !== 'file' || file.content === undefined || !task.get_checksum) return details
  return { ...details, checksum: digest(file.content, task.checksum_algorithm) }
}

function statResult(path: string, file: FileStat, details: Details): Readonly<Record<string, unknown>> {
  const { type } = file
  return {
    exists: true,
    path,
    mode: octal(file.mode),
    isdir: type === 'directory',
    ischr: type === 'char',
    isblk: type === 'block',
    isreg: type === 'file',
    isfifo: type === 'fifo',
    islnk: type === 'link',
    issock: type === 'socket',
    uid: file.uid,
    gid: file.gid,
    pw_name: file.owner,
    gr_name: file.group,
    size: file.size,
    inode: file.inode,
    dev: file.dev,
    nlink: file.nlink,
    atime: file.atime,
    mtime: file.mtime,
    ctime: file.ctime,
    ...permissionResult(file.mode),
    ...(type === 'link' ? { lnk_target: file.target, lnk_source: details.real } : {}),
    ...detailResult(type, details),
  }
}

function permissionResult(mode: number): Readonly<Record<string, boolean>> {
  const bits = {
    wusr: 0o200,
    rusr: 0o400,
    xusr: 0o100,
    wgrp: 0o020,
    rgrp: 0o040,
    xgrp: 0o010,
    woth: 0o002,
    roth: 0o004,
    xoth: 0o001,
    isuid: 0o4000,
    isgid: 0o2000,
  }
  return Object.fromEntries(Object.entries(bits).map(([name, bit]) => [name, (mode & bit) !== 0]))
}

function detailResult(type: FileStat['type'], details: Details): Readonly<Record<string, unknown>> {
  const { checksum, mime, attributes, blocks } = details
  return {
    readable: details.readable,
    writeable: details.writeable,
    executable: details.executable,
    ...(type === 'file' && checksum !== undefined ? { checksum } : {}),
    ...(mime === undefined ? {} : { mimetype: mime.type, charset: mime.charset }),
    ...(attributes === undefined ? {} : { attr_flags: attributes.flags, attributes: attributes.names, version: attributes.version }),
    ...(blocks === undefined ? {} : { blocks: blocks.count, block_size: blocks.size, device_type: blocks.device }),
  }
}
