import { args, defineModule, Failure, type Probe, quote, quoteArgv, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { refused } from './_arguments.ts'
import { byteTextOf, splitLines, toByteText } from './_bytes.ts'
import { expandPath } from './_expand.ts'
import { type Entry, entryFilter, MEASURE } from './_find-filter.ts'
import { octal } from './_mode.ts'
import { compileRegex } from './_regex.ts'

const schema = z.strictObject({
  paths: args.list(args.path()).describe('Where to look.'),
  patterns: args.list(z.string()).optional().describe('Shell patterns of names; expressions with `use_regex`.'),
  excludes: args.list(z.string()).optional().describe('The same, for names that are left out.'),
  use_regex: args.bool().default(false),
  contains: z.string().optional().describe('An expression that a line of the file begins with.'),
  encoding: refused('contents are read as bytes, and patterns are UTF-8'),
  read_whole_file: args.bool().default(false).describe('`contains` may match anywhere in the whole file.'),
  file_type: z.enum(['any', 'directory', 'file', 'link']).default('file'),
  recurse: args.bool().default(false),
  depth: args.int().optional().describe('Levels to go down with `recurse`.'),
  hidden: args.bool().default(false).describe('Also names that begin with a dot.'),
  follow: args.bool().default(false).describe('Go through symbolic links.'),
  age: args
    .str()
    .pipe(z.string().regex(MEASURE, 'expected an age, for example 2d'))
    .optional()
    .describe('At least this old; with a minus sign, at most. Units s, m, h, d, w.'),
  age_stamp: z.enum(['atime', 'ctime', 'mtime']).default('mtime'),
  size: args
    .str()
    .pipe(z.string().regex(MEASURE, 'expected a size, for example 10m'))
    .optional()
    .describe('At least this large; with a minus sign, at most. Units b, k, m, g, t.'),
  mode: args.mode().optional(),
  exact_mode: args.bool().default(true).describe('The mode is exactly this, or has at least these bits.'),
  get_checksum: args.bool().default(false),
  checksum_algorithm: z.enum(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']).default('sha1'),
  limit: args.int().optional().describe('Stop at this many.'),
})

type Args = z.infer<typeof schema>

interface Listing {
  readonly entries: readonly Entry[]
  /** Why a place could not be looked at. */
  readonly skipped: string | undefined
}

interface State {
  readonly found: readonly Entry[]
  readonly checksums: ReadonlyMap<string, string>
  readonly examined: number
  readonly skipped: Readonly<Record<string, string>>
}

export default defineModule<Args, State>({
  name: 'find',
  summary: 'List files of the host.',
  description: 'In check mode it lists what is there now, not what earlier tasks would have made.',
  args: schema,
  aliases: {
    name: 'paths',
    path: 'paths',
    pattern: 'patterns',
    exclude: 'excludes',
    checksum: 'checksum_algorithm',
    checksum_algo: 'checksum_algorithm',
  },
  returns: z.object({
    files: z.array(z.looseObject({ path: z.string() })),
    matched: z.number(),
    examined: z.number(),
    skipped_paths: z.record(z.string(), z.string()),
    msg: z.string(),
  }),
  examples: [
    { name: 'Old logs', yaml: 'find:\n  paths: /var/log\n  patterns: "*.gz"\n  age: 30d\n  recurse: true\n', lab: { first: 'ok' } },
  ],
  async check(host, task, context) {
    const fits = entryFilter(task, context.now / 1000)
    if (fits instanceof Failure) return fits
    const paths = await Promise.all(task.paths.map((path) => expandPath(host, path)))
    const listings = await Promise.all(paths.map((path) => host.probe(listingProbe(path, task))))
    const all = listings.flatMap((listing) => listing.entries)
    const matching = await containing(host, all.filter(fits), task)
    if (matching instanceof Failure) return matching
    const found = matching.slice(0, task.limit)
    const files = found.filter((entry) => entry.type === 'file').map((entry) => entry.path)
    const checksums =
      task.get_checksum && files.length > 0 ? await host.probe(checksumProbe(files, task.checksum_algorithm)) : new Map<string, string>()
    const skipped = Object.fromEntries(
      paths.flatMap((path, index) => (listings[index]?.skipped === undefined ? [] : [[path, listings[index].skipped] as const])),
    )
    return { found, checksums, examined: all.length, skipped }
  },
  plan: () => [],
  result: ({ found, checksums, examined, skipped }) => ({
    files: found.map((entry) => fileResult(entry, checksums.get(entry.path))),
    matched: found.length,
    examined,
    skipped_paths: skipped,
    msg: Object.keys(skipped).length === 0 ? 'All paths examined' : 'Not all paths examined, check warnings for details',
  }),
})

/** `stat` prints the fields, the name last. */
function listingProbe(path: string, task: Args): Probe<Listing> {
  const word = quote(path)
  const depth = task.recurse ? task.depth : 1
  const find = quoteArgv([
    'find',
    task.follow ? '-L' : '-H',
    path,
    '-mindepth',
    '1',
    ...(depth === undefined ? [] : ['-maxdepth', String(depth)]),
  ])
  const format = '%f:%u:%g:%U:%G:%s:%X:%Y:%Z:%i:%d:%h:%n'
  return {
    kind: 'find',
    key: JSON.stringify([path, depth, task.follow]),
    script: `if [ ! -d ${word} ]; then echo absent; else echo listed; ${find} -exec stat ${task.follow ? '-L ' : ''}-c '${format}' {} + 2>/dev/null; fi`,
    parse({ text }) {
      const [first, ...lines] = text.split('\n')
      if (first === 'absent') return { entries: [], skipped: `'${path}' is not a directory` }
      return { entries: lines.flatMap((line) => entryOf(line) ?? []), skipped: undefined }
    },
  }
}

const TYPES: Readonly<Record<number, Entry['type']>> = { 0o10: 'file', 0o04: 'directory', 0o12: 'link' }

function entryOf(line: string): Entry | undefined {
  const [raw = '', uid, gid, owner = '', group = '', size, atime, mtime, ctime, inode, dev, nlink, ...name] = line.split(':')
  if (name.length === 0) return undefined
  const bits = Number.parseInt(raw, 16)
  return {
    path: name.join(':'),
    type: TYPES[bits >> 12] ?? 'other',
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner,
    group,
    size: Number(size),
    atime: Number(atime),
    mtime: Number(mtime),
    ctime: Number(ctime),
    inode: Number(inode),
    dev: Number(dev),
    nlink: Number(nlink),
  }
}

async function containing(host: ReadOnlyHost, entries: readonly Entry[], task: Args): Promise<readonly Entry[] | Failure> {
  if (task.contains === undefined) return entries
  const regex = compileRegex(toByteText(task.read_whole_file ? `(?m)${task.contains}` : `\\A(?:${task.contains})`))
  if (!('exec' in regex)) return regex
  const hits = await Promise.all(
    entries.map(async (entry) => {
      if (entry.type !== 'file') return false
      const file = await host.file(entry.path, { content: 16 * 1024 * 1024 })
      if (file.type !== 'file' || file.content === undefined) return false
      const text = byteTextOf(file.content)
      return (task.read_whole_file ? [text] : splitLines(text)).some((part) => regex.exec(part) !== null)
    }),
  )
  return entries.filter((_, index) => hits[index] === true)
}

function checksumProbe(paths: readonly string[], algorithm: string): Probe<ReadonlyMap<string, string>> {
  return {
    kind: 'checksums',
    key: JSON.stringify([algorithm, paths]),
    script: `for sr_f in ${quoteArgv(paths)}; do ${algorithm}sum <"$sr_f" || echo -; done 2>/dev/null`,
    parse({ text }) {
      const sums = text.split('\n').map((line) => /^[0-9a-f]+/.exec(line)?.[0])
      return new Map(paths.flatMap((path, index) => (sums[index] === undefined ? [] : [[path, sums[index]] as const])))
    },
  }
}

function fileResult(entry: Entry, checksum: string | undefined): Readonly<Record<string, unknown>> {
  const { type, owner, group, mode, ...rest } = entry
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
  return {
    ...rest,
    mode: octal(mode),
    pw_name: owner,
    gr_name: group,
    isreg: type === 'file',
    isdir: type === 'directory',
    islnk: type === 'link',
    ...Object.fromEntries(Object.entries(bits).map(([name, bit]) => [name, (mode & bit) !== 0])),
    ...(checksum === undefined ? {} : { checksum }),
  }
}
