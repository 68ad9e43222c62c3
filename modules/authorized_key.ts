import { posix } from 'node:path'
import {
  args as arg,
  type Change,
  defineModule,
  Failure,
  type FileState,
  fail,
  type ReadOnlyHost,
  UnknownState,
  z,
} from '../runner/module/index.ts'
import { attributeChanges, isStat, type Owners } from './_attributes.ts'
import { editKeys, type KeyEdit, parseKey } from './_authorized-keys.ts'
import { fromByteText, toByteText } from './_bytes.ts'
import { directoryChange } from './_directory.ts'
import { MAX_TEXT, resolveLinks, type Target } from './_target.ts'
import { editChanges, oldText, shownTexts } from './_write.ts'

const schema = z.strictObject({
  user: arg.str().describe('Who may log in with the key.'),
  key: z.string().min(1).describe('One public key a line, or the URL of such lines.'),
  state: z.enum(['present', 'absent']).default('present'),
  exclusive: arg.bool().default(false).describe('No other keys than these.'),
  key_options: arg.str().optional().describe('What the key may be used for, `from="10.0.0.0/8"` for example.'),
  comment: arg.str().optional().describe("Instead of the key's own comment."),
  path: arg.path().optional().describe('Default: `.ssh/authorized_keys` in the home of the user.'),
  manage_dir: arg.bool().default(true).describe("Make the file's folder, for the user alone."),
  follow: arg.bool().default(false).describe('Write what a symbolic link points to.'),
  validate_certs: arg.bool().default(true).describe('For a URL.'),
})

type Args = z.output<typeof schema>

interface State {
  readonly target: Target
  readonly folder: { readonly path: string; readonly file: FileState }
  readonly edit: KeyEdit
  readonly group: string
}

export default defineModule<Args, State>({
  name: 'authorized_key',
  fqcn: ['ansible.posix.authorized_key'],
  summary: 'Let users log in with SSH keys.',
  description:
    'Keys are told by what they are: a key that is there keeps its comment unless the task gives one. Comments of the file stay.',
  args: schema,
  returns: z.object({ user: z.string(), key: z.string(), keyfile: z.string(), state: z.string(), exclusive: z.boolean() }),
  examples: [
    {
      name: 'A key of an operator',
      yaml: 'authorized_key:\n  user: plain\n  key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8SjZ4W1E7dJpSxG8k1rO0h3b9Yt5WcQm2vXn6uKfLq joe@desk\n  key_options: no-port-forwarding\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'Not any more',
      yaml: 'authorized_key:\n  user: plain\n  key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8SjZ4W1E7dJpSxG8k1rO0h3b9Yt5WcQm2vXn6uKfLq\n  state: absent\n',
      lab: { first: 'changed', second: 'ok' },
    },
  ],
  check: readKeys,
  plan(state, task): readonly Change[] {
    const { target, edit } = state
    const before = oldText(target)
    if (before === undefined)
      return [{ what: `set keys of ${task.user}`, actions: [], certainty: 'maybe', why: `the content of ${target.path} is not known yet` }]
    const after = editKeys(before, edit)
    const text =
      before === after
        ? []
        : editChanges({
            target,
            before,
            after,
            content: { bytes: fromByteText(after) },
            shown: shownTexts(before, after),
            wanted: wantedFor(state, task),
            backup: false,
            link: task.follow ? undefined : 'replace',
            what: `set keys of ${task.user} in ${target.path}`,
          })
    return after === '' && before === '' ? [] : [...folderChanges(state, task), ...text]
  },
  result: ({ target }, task) => ({ user: task.user, key: task.key, keyfile: target.path, state: task.state, exclusive: task.exclusive }),
})

async function readKeys(host: ReadOnlyHost, task: Args): Promise<State | Failure> {
  const keys = await wantedKeys(host, task)
  if (keys instanceof Failure) return keys
  // The host knows the home of its user: what is there is asked together with the user. A predicted host is asked by the path.
  const early = host.predicted || task.path !== undefined ? undefined : readFiles(host, `~${task.user}/.ssh/authorized_keys`)
  const [user, found] = await Promise.all([host.user(task.user), early])
  if (!user.exists) return fail(`Failed to lookup user ${task.user}: "getpwnam(): name not found: '${task.user}'"`)
  const path = task.path ?? posix.join(user.home, '.ssh/authorized_keys')
  const { file, folder } = found ?? (await readFiles(host, path))
  const at = task.follow ? await resolveLinks(host, path, file, { content: MAX_TEXT }) : { path, file }
  const owners: Owners = { user: { uid: user.uid, name: user.name }, group: { gid: user.gid, name: user.group } }
  const edit = { keys, state: task.state, exclusive: task.exclusive, options: task.key_options, comment: task.comment }
  const target: Target = { ...at, owners, parent: folder }
  return { target, folder: { path: posix.dirname(path), file: folder }, edit, group: user.group }
}

async function readFiles(host: ReadOnlyHost, path: string): Promise<{ readonly file: FileState; readonly folder: FileState }> {
  const [file, folder] = await Promise.all([host.file(path, { content: MAX_TEXT }), host.file(posix.dirname(path), { follow: true })])
  return { file, folder }
}

async function wantedKeys(host: ReadOnlyHost, task: Args): Promise<KeyEdit['keys'] | Failure> {
  const text = /^https?:\/\//.test(task.key) ? await keysAt(host, task) : task.key
  if (text instanceof Failure) return text
  const lines = toByteText(text)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  const keys = lines.map(parseKey)
  const bad = lines[keys.findIndex((key) => key === undefined)]
  if (bad !== undefined) return fail(`invalid key specified: ${bad.slice(0, 60)}`)
  return keys.flatMap((key) => (key === undefined ? [] : [key]))
}

async function keysAt(host: ReadOnlyHost, task: Args): Promise<string | Failure> {
  const answer = await host.http({ method: 'GET', url: task.key, validateCerts: task.validate_certs, followRedirects: 'all' })
  if (answer.status === 200) return answer.body.toString('utf8')
  if (host.predicted) throw new UnknownState(`${task.key} does not answer yet`)
  return fail(`Error getting key from: ${task.key}: ${answer.error ?? `HTTP ${String(answer.status)}`}`)
}

/** A new file is the user's alone; one that is there keeps its owner and mode. */
function wantedFor({ target, group }: State, task: Args) {
  return target.file.type === 'absent' ? { owner: task.user, group, mode: '0600' } : {}
}

function folderChanges({ folder, target, group }: State, task: Args): readonly Change[] {
  if (!task.manage_dir || task.state === 'absent') return []
  const wanted = { owner: task.user, group, mode: '0700' }
  const { path, file } = folder
  if (file.type === 'absent') return [directoryChange(path, { wanted, owners: target.owners, parents: false })]
  return isStat(file) ? attributeChanges(path, file, wanted, target.owners) : []
}
