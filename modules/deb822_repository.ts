import {
  args as arg,
  type Change,
  defineModule,
  directoryCreated,
  Failure,
  type FileState,
  fail,
  fileRemoved,
  fileWritten,
  quoteArgv,
  type ReadOnlyHost,
  z,
} from '../runner/module/index.ts'
import { isStat } from './_attributes.ts'
import { sha256 } from './_bytes.ts'
import { octal, resolveMode } from './_mode.ts'

const words = () => arg.list(arg.str()).optional()

const FIELDS = {
  allow_downgrade_to_insecure: arg.bool().optional(),
  allow_insecure: arg.bool().optional(),
  allow_weak: arg.bool().optional(),
  architectures: words(),
  by_hash: arg.bool().optional(),
  check_date: arg.bool().optional(),
  check_valid_until: arg.bool().optional(),
  components: words().describe('`main`, `contrib` … Not for a suite that is a path.'),
  date_max_future: arg.int().optional(),
  enabled: arg.bool().optional(),
  inrelease_path: arg.str().optional(),
  languages: words(),
  name: arg.str().describe('What the repository is called; the file is named after it.'),
  pdiffs: arg.bool().optional(),
  suites: words().describe('`bookworm`, or a path that ends with a slash.'),
  targets: words(),
  trusted: arg.bool().optional(),
  types: arg.list(z.enum(['deb', 'deb-src'])).default(['deb']),
  uris: words().describe('Where the repository is.'),
}

const schema = z.strictObject({
  ...FIELDS,
  signed_by: arg
    .str()
    .optional()
    .describe('The key: a file of the host, a URL that it is fetched from, the key itself, or its fingerprint.'),
  mode: arg.mode().default('0644').describe('Permissions of the file.'),
  state: z.enum(['present', 'absent']).default('present'),
})

type Args = z.output<typeof schema>

interface Wanted {
  readonly path: string
  readonly bytes: Buffer
  readonly mode: number
}

interface State {
  readonly dest: string
  readonly file: FileState
  readonly text: string | undefined
  /** A key that was fetched, and what is in its place. */
  readonly key: { readonly wanted: Wanted; readonly file: FileState } | undefined
  readonly folder: FileState
  /** Keys of this repository that are there, for `absent`. */
  readonly keys: readonly string[]
}

const KEYRINGS = '/etc/apt/keyrings'

export default defineModule<Args, State>({
  name: 'deb822_repository',
  summary: "A source of apt's in the form deb822.",
  description:
    'Writes /etc/apt/sources.list.d/NAME.sources, and a key that it fetches to /etc/apt/keyrings. The package lists are not read again: use apt with update_cache.',
  args: schema,
  returns: z.object({ dest: z.string(), repo: z.string().nullable(), key_filename: z.string().nullable() }),
  examples: [
    {
      name: 'A repository',
      yaml: 'deb822_repository:\n  name: lab folder\n  types: deb\n  uris: file:/srv/apt-deb822\n  suites: ./\n  trusted: true\n  enabled: false\n',
      lab: { first: 'changed' },
    },
    { name: 'Not any more', yaml: 'deb822_repository:\n  name: lab folder\n  state: absent\n', lab: { first: 'changed' } },
  ],
  check: readRepository,
  plan,
  result: ({ dest, text, key, keys }, task) => ({
    dest,
    repo: task.state === 'absent' ? null : (text ?? null),
    key_filename:
      task.state === 'absent'
        ? (keys.at(-1) ?? `${KEYRINGS}/${slugOf(task.name)}.gpg`)
        : (key?.wanted.path ?? (task.signed_by?.startsWith('/') === true ? task.signed_by : null)),
  }),
})

async function readRepository(host: ReadOnlyHost, task: Args): Promise<State | Failure> {
  const slug = slugOf(task.name)
  const dest = `/etc/apt/sources.list.d/${slug}.sources`
  const places = ['asc', 'gpg'].map((ending) => `${KEYRINGS}/${slug}.${ending}`)
  const fetched = task.state === 'present' ? await fetchKey(host, task) : undefined
  if (fetched instanceof Failure) return fetched
  const keyPath = fetched === undefined ? undefined : places[fetched.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----') ? 0 : 1]
  const [file, folder, ...keys] = await Promise.all([
    host.file(dest, { content: 1024 * 1024 }),
    host.file(KEYRINGS, { follow: true }),
    ...places.map((path) => host.file(path, { sha256: true })),
  ])
  const there = places.filter((_, at) => keys[at]?.type === 'file')
  const key =
    keyPath === undefined || fetched === undefined
      ? undefined
      : { wanted: { path: keyPath, bytes: fetched, mode: 0o644 }, file: keys[places.indexOf(keyPath)] ?? { type: 'absent' as const } }
  return { dest, file, folder, key, keys: there, text: task.state === 'present' ? textOf(task, keyPath) : undefined }
}

/** The bytes of a key that is given by its address. */
async function fetchKey(host: ReadOnlyHost, task: Args): Promise<Buffer | Failure | undefined> {
  const { signed_by: address } = task
  if (address === undefined || !/^https?:\/\//.test(address)) return undefined
  const answer = await host.http({ method: 'GET', url: address, followRedirects: 'all' })
  if (answer.status >= 200 && answer.status < 300) return answer.body
  return fail(`Could not fetch signed_by key: ${answer.error ?? `HTTP ${String(answer.status)}`}`)
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[_\s]+/g, '-')
    .replace(/[^a-z0-9-]+/g, '')
}

/** Fields by the names of the arguments, as python-debian prints them. */
function textOf(task: Args, keyPath: string | undefined): string {
  const values = { ...task, signed_by: keyPath ?? task.signed_by, mode: undefined, state: undefined }
  const lines = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => {
      const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : Array.isArray(value) ? value.join(' ') : String(value)
      return `${fieldName(key)}:${text.includes('\n') ? indented(text) : ` ${text}`}\n`
    })
  return lines.join('')
}

function indented(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `\n    ${line.trim() === '' ? '.' : line.trim()}`)
    .join('')
}

function fieldName(key: string): string {
  if (key === 'name') return 'X-Repolib-Name'
  if (key === 'uris') return 'URIs'
  return key
    .split('_')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('-')
}

function plan(state: State, task: Args): readonly Change[] {
  const { dest, file, text, key, folder, keys } = state
  if (task.state === 'absent') return [...(file.type === 'absent' ? [] : [dest]), ...keys].map(removal)
  const mode = resolveMode(task.mode, { current: isStat(file) ? file.mode : 0o644, directory: false, umask: 0o022 })
  const keyChange = key === undefined ? [] : writing(key.wanted, key.file)
  const makeFolder = keyChange.length > 0 && folder.type === 'absent' ? [makeKeyrings()] : []
  return [...makeFolder, ...keyChange, ...writing({ path: dest, bytes: Buffer.from(text ?? ''), mode }, file)]
}

function removal(path: string): Change {
  return {
    what: `remove ${path}`,
    actions: [{ do: 'script', script: quoteArgv(['rm', '-f', '--', path]), purpose: `remove ${path}` }],
    effects: [fileRemoved(path)],
  }
}

function makeKeyrings(): Change {
  return {
    what: `create directory ${KEYRINGS} (0755)`,
    actions: [{ do: 'script', script: quoteArgv(['install', '-d', '-m', '0755', KEYRINGS]), purpose: `create ${KEYRINGS}` }],
    effects: [directoryCreated(KEYRINGS, { mode: 0o755 })],
  }
}

function writing({ path, bytes, mode }: Wanted, file: FileState): readonly Change[] {
  const old = isStat(file) ? file : undefined
  const same = old?.content !== undefined ? old.content.equals(bytes) : old?.sha256 === sha256(bytes)
  if (same && old?.mode === mode) return []
  if (same)
    return [
      {
        what: `set mode ${octal(mode)} of ${path}`,
        actions: [{ do: 'script', script: quoteArgv(['chmod', octal(mode), path]), purpose: `set the mode of ${path}` }],
        effects: [{ kind: 'file', key: path, state: { mode } }],
      },
    ]
  return [
    {
      what: `${old === undefined ? 'create' : 'write'} ${path}`,
      actions: [{ do: 'write', path, content: bytes, mode }],
      effects: [fileWritten(path, { content: bytes }, { mode })],
      diff: bytes.includes(0)
        ? undefined
        : {
            beforeName: old === undefined ? '' : path,
            afterName: path,
            before: old?.content?.toString('utf8') ?? '',
            after: bytes.toString('utf8'),
          },
    },
  ]
}
