import { basename, join, posix, sep } from 'node:path'
import {
  args as arg,
  type Change,
  defineModule,
  Failure,
  type FileStat,
  type FileState,
  fail,
  type ModuleContext,
  type Outcome,
  ProbeUnavailable,
  type ReadOnlyHost,
  UnknownState,
  z,
} from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { copyFetched, type LocalCopy, readCopy, shownCopies } from './_fetch.ts'

const schema = z.strictObject({
  src: arg.path().describe('The file on the host; no folder.'),
  dest: z.string().min(1, 'expected a path').describe('The folder on the controller; the file goes to `dest/HOST/path/of/src` in it.'),
  flat: arg.bool().default(false).describe('`dest` is the file itself, or with a slash at its end the folder that it goes to.'),
  fail_on_missing: arg.bool().default(true).describe('Fail where the file is not there or cannot be read.'),
  validate_checksum: arg.bool().default(true).describe('Fail where what arrives is not what was there.'),
})

type Args = z.output<typeof schema>

interface State {
  readonly path: string
  /** Undefined where there is nothing to fetch, and that is no failure. */
  readonly file: FileStat | undefined
  readonly why: string | undefined
  readonly to: string
  readonly copy: LocalCopy | undefined
}

const DOWNLOADED = z.object({ sha1: z.string() })

const MISSING = 'the remote file does not exist, not transferring, ignored'
const FOLDER = 'remote file is a directory, fetch cannot work on directories'

/** Contents are read for `--diff` only up to this size. */
const MAX_DIFF = 104_448

export default defineModule<Args, State>({
  name: 'fetch',
  summary: 'Copy a file of the host to the controller.',
  description: [
    'Files of any size are streamed. A file that the controller has already is not transferred.',
    'What is written stays below `dest`, whatever a host or a path is called.',
  ].join(' '),
  args: schema,
  returns: z.object({
    dest: z.string().optional(),
    file: z.string().optional(),
    checksum: z.string().optional(),
    remote_checksum: z.string().optional(),
    msg: z.string().optional(),
  }),
  examples: [
    { name: 'A file of every host', yaml: 'fetch:\n  src: /etc/os-release\n  dest: fetched\n', lab: { first: 'changed', second: 'ok' } },
    {
      name: 'One file, under a name of its own',
      yaml: 'fetch:\n  src: /etc/hostname\n  dest: "fetched/{{ inventory_hostname }}.txt"\n  flat: true\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'Where there is one',
      yaml: 'fetch:\n  src: /etc/no-such-file\n  dest: fetched\n  fail_on_missing: false\n',
      lab: { first: 'ok', second: 'ok' },
    },
  ],
  check: readFetch,
  plan(state, task): readonly Change[] {
    const { path, file, to, copy } = state
    if (file === undefined || (copy !== undefined && copy.sha256 === file.sha256)) return []
    const doubtful = file.sha256 === undefined
    return [
      {
        what: `fetch ${path} to ${to}`,
        actions: [{ do: 'download', id: 'fetch', path, to, sha256: task.validate_checksum ? file.sha256 : undefined }],
        effects: file.sha256 === undefined ? [] : [copyFetched(to, file.sha256)],
        diff: shownCopies({ path, to, file, copy }),
        ...(doubtful ? { certainty: 'maybe' as const, why: `the content of ${path} is not known yet` } : {}),
      },
    ]
  },
  result({ path, file, why, to, copy }, _task, outcomes) {
    if (file === undefined) return { msg: why ?? '', file: path }
    const sum = fetchedSum(outcomes)
    if (sum !== undefined) return { dest: to, checksum: sum, remote_checksum: sum }
    return { dest: to, file: path, ...(copy === undefined || copy.sha256 !== file.sha256 ? {} : { checksum: copy.sha1 }) }
  },
})

async function readFetch(host: ReadOnlyHost, task: Args, context: ModuleContext): Promise<State | Failure> {
  const path = await expandPath(host, task.src)
  const to = await placeOf(task, path, context)
  if (to instanceof Failure) return to
  const [file, copy] = await Promise.all([readSource(host, path, context.diff), readCopy(host, to, context)])
  if (typeof file === 'string')
    return task.fail_on_missing
      ? fail(file, { data: { file: path } })
      : { path, file: undefined, why: file === FOLDER ? `${FOLDER}, not transferring, ignored` : file, to, copy: undefined }
  return { path, file, why: undefined, to, copy }
}

/** The file, or why it cannot be fetched. */
async function readSource(host: ReadOnlyHost, path: string, diff: boolean): Promise<FileStat | string> {
  let file: FileState
  try {
    file = await host.file(path, { follow: true, sha256: true, ...(diff ? { content: MAX_DIFF } : {}) })
  } catch (error) {
    if (error instanceof ProbeUnavailable) return error.reason
    throw error
  }
  if (file.type === 'unknown') throw new UnknownState(file.reason)
  if (file.type === 'absent') return MISSING
  return file.type === 'directory' ? FOLDER : file
}

async function placeOf(task: Args, path: string, { local, inventoryName }: ModuleContext): Promise<string | Failure> {
  const base = local.place(task.dest)
  if (!task.flat) return contained(base, [inventoryName, posix.normalize(`/${path}`)])
  if (task.dest.endsWith('/')) return contained(base, [basename(path)])
  const there = await local.stat(base).catch(() => undefined)
  if (there?.type !== 'directory') return base
  return fail(`${base} is an existing directory, use a trailing slash if you want to fetch src into that directory`)
}

/** A host's name and a path of it must not lead out of the folder. */
function contained(base: string, parts: readonly string[]): string | Failure {
  const place = join(base, ...parts)
  const inside = place.startsWith(base.endsWith(sep) ? base : base + sep) && parts[0] !== '..' && parts[0] !== '.' && parts[0] !== ''
  return inside ? place : fail(`${place} is outside of ${base}`, { hint: 'the names of the host and of the file decide where it goes' })
}

function fetchedSum(outcomes: readonly Outcome[]): string | undefined {
  const outcome = outcomes.find((one) => one.id === 'fetch' && one.ok)
  return outcome === undefined ? undefined : DOWNLOADED.parse(JSON.parse(outcome.stdout)).sha1
}
