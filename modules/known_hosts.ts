import { args as arg, defineModule, Failure, fail, z } from '../runner/module/index.ts'
import { fromByteText, toByteText } from './_bytes.ts'
import { editKnownHosts, hashedLine, isOf, parseHostKey } from './_known-hosts.ts'
import { MAX_TEXT, missingParent, readTarget, type Target } from './_target.ts'
import { editChanges, oldText, shownTexts } from './_write.ts'

const schema = z
  .strictObject({
    name: arg.str().describe('The host whose key it is; `[name]:port` where it does not listen on port 22.'),
    key: arg.str().optional().describe('The line, as ssh-keyscan gives it. Left out with `absent`, all keys of the host go.'),
    path: arg.path().default('~/.ssh/known_hosts').describe('The file.'),
    hash_host: arg.bool().default(false).describe("Write the host's name so that it cannot be read."),
    state: z.enum(['present', 'absent']).default('present'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.state === 'present' && task.key === undefined) refuse('No key specified when adding a host')
    if (/\S+(\s+)?,(\s+)?/.test(task.name))
      refuse('Comma separated list of names is not supported. Please pass a single name to lookup in the known_hosts file.')
    if (task.key === undefined) return
    const key = parseHostKey(task.key)
    if (key === undefined) refuse('the key is no line of a known_hosts file')
  })

type Args = z.output<typeof schema>

export default defineModule<Args, Target>({
  name: 'known_hosts',
  summary: "Keys of SSH servers in a user's or the system's known_hosts.",
  description: 'A key replaces an old one of the same type. The file is read and written here: the host needs no ssh-keygen.',
  args: schema,
  aliases: { host: 'name' },
  returns: z.object({ name: z.string(), key: z.string().nullable(), path: z.string(), state: z.string(), hash_host: z.boolean() }),
  examples: [
    {
      name: 'A key',
      yaml: 'known_hosts:\n  name: git.example.org\n  path: /etc/ssh/ssh_known_hosts\n  key: git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n',
      lab: { first: 'changed' },
    },
    {
      name: 'Not any more',
      yaml: 'known_hosts:\n  name: git.example.org\n  path: /etc/ssh/ssh_known_hosts\n  state: absent\n',
      lab: { first: 'changed' },
    },
  ],
  async check(host, task) {
    const key = task.key === undefined ? undefined : parseHostKey(task.key)
    if (key !== undefined && !isOf(key, task.name.toLowerCase()))
      return fail('Host parameter does not match hashed host field in supplied key')
    const target = await readTarget(host, task.path, { wanted: {}, follow: true, content: MAX_TEXT })
    if (target instanceof Failure) return target
    if (task.state === 'absent' && target.file.type === 'absent') return target
    return missingParent(target) ?? (oldText(target) === undefined ? fail(`cannot read ${target.path}`) : target)
  },
  plan(target, task) {
    const before = oldText(target) ?? ''
    if (task.state === 'absent' && target.file.type === 'absent') return []
    const after = editKnownHosts(before, editOf(task))
    if (before === after) return []
    const what = `${task.state === 'present' ? 'set the key' : 'take keys'} of ${task.name} ${task.state === 'present' ? 'in' : 'out of'} ${target.path}`
    return editChanges({
      target,
      content: { bytes: fromByteText(after) },
      wanted: {},
      backup: false,
      before,
      after,
      what,
      shown: shownTexts(before, after),
    })
  },
  result: (_target, task) => ({
    name: task.name,
    key: task.key ?? null,
    path: task.path,
    state: task.state,
    hash_host: task.hash_host,
  }),
})

function editOf(task: Args): Parameters<typeof editKnownHosts>[1] {
  const host = task.name.toLowerCase()
  const line = task.key === undefined ? undefined : toByteText(task.hash_host ? hashedLine(host, task.key) : task.key)
  return { host, line, state: task.state }
}
