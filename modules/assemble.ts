import { args as arg, defineModule, Failure, z } from '../runner/module/index.ts'
import { attributeArgs, rewriteArgs } from './_arguments.ts'
import { joined, localFragments, remoteFragments } from './_assemble.ts'
import { bytesPayload } from './_copy-payload.ts'
import { type Deployment, deploymentChanges, deploymentResult, readDeployment } from './_deploy.ts'

const schema = z.strictObject({
  src: arg.path().describe('The folder of fragments. They are put together in the order of their names.'),
  dest: arg.path().describe('The file that is made of them.'),
  remote_src: arg
    .bool()
    .default(true)
    .describe("`src` is on the host; else a folder of the controller, also in the role's or playbook's `files`."),
  delimiter: z.string().optional().describe('A line between two fragments; `\\n` and the like mean what they do in Python.'),
  regexp: z.string().optional().describe('Only fragments whose name has a part like this.'),
  ignore_hidden: arg.bool().default(false).describe('Leave names out that begin with a dot.'),
  decrypt: arg.bool().default(true).describe('Open fragments of the controller that are encrypted with the vault.'),
  ...attributeArgs,
  ...rewriteArgs,
})

type Args = z.output<typeof schema>

const FRAGMENTS = `- file:
    path: /srv/assemble
    state: directory
- copy:
    content: "first\\n"
    dest: /srv/assemble/10-first
- copy:
    content: "second"
    dest: /srv/assemble/20-second
`

export default defineModule<Args, Deployment>({
  name: 'assemble',
  summary: 'Make a file of the fragments in a folder.',
  args: schema,
  returns: z.object({
    src: z.string(),
    dest: z.string(),
    checksum: z.string().optional(),
    msg: z.string(),
    backup_file: z.string().optional(),
  }),
  examples: [
    {
      name: 'A folder of the host',
      yaml: 'assemble:\n  src: /srv/assemble\n  dest: /srv/assembled.conf\n  delimiter: "### next ###"\n  mode: "0640"\n',
      lab: { first: 'changed', before: FRAGMENTS },
    },
    {
      name: 'A folder of the controller',
      yaml: 'assemble:\n  src: fragments\n  dest: /srv/assembled-here.conf\n  remote_src: false\n  regexp: "\\\\.conf$"\n',
      lab: { first: 'changed' },
    },
  ],
  async check(host, task, context) {
    // What is there is asked together with the fragments: which bytes are to be there makes no difference to the question.
    const [fragments, deployment] = await Promise.all([
      task.remote_src ? remoteFragments(host, task) : localFragments(task, context),
      readDeployment(host, { ...task, force: true, follow: true }, { payload: bytesPayload(Buffer.alloc(0)), diff: context.diff }),
    ])
    if (fragments instanceof Failure) return fragments
    return deployment instanceof Failure ? deployment : { ...deployment, payload: bytesPayload(joined(fragments, task.delimiter)) }
  },
  plan: (deployment, task) => deploymentChanges(deployment, { ...task, force: true, follow: true }),
  result(deployment, task, outcomes) {
    const backup = outcomes.find(({ id }) => id === 'write')?.stdout.trim() ?? ''
    return {
      ...deploymentResult(deployment, { ...task, force: true, follow: true }),
      src: task.src,
      ...(task.remote_src ? { msg: 'OK' } : {}),
      ...(task.backup && backup !== '' ? { backup_file: backup } : {}),
    }
  },
})
