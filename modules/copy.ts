import { args, defineModule, Failure, fail, type ModuleContext, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { attributeArgs, fixedAt, rewriteArgs, textOrSecret } from './_arguments.ts'
import { bytesPayload, contentPayload, localPayload } from './_copy-payload.ts'
import { type RemoteCopy, readRemote, remoteChanges, remoteResult } from './_copy-remote.ts'
import { readTree, type TreeCopy, treeChanges, treeResult } from './_copy-tree.ts'
import { type Deployment, deploymentChanges, deploymentResult, readDeployment } from './_deploy.ts'

const preservable = () => z.union([z.literal('preserve'), args.mode()]).optional()

const schema = z
  .strictObject({
    src: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A file or folder: a path, or a name in the role's or playbook's `files` folder. A folder's path that ends with `/` means what is in it.",
      ),
    content: z
      .union([textOrSecret(), z.record(z.string(), z.unknown()), z.array(z.unknown())])
      .optional()
      .describe('The content itself; a mapping or list is written as JSON.'),
    content_base64: z
      .string()
      .regex(/^[A-Za-z0-9+/\s]*={0,2}\s*$/, 'expected Base64')
      .optional()
      .describe('Extension: bytes in Base64, as `slurp` gives those of another host.'),
    dest: args.path().describe('Where it goes; a folder, or a path ending with `/`, gets a file of the same name.'),
    ...attributeArgs,
    mode: preservable().describe("Permissions; `preserve` takes the source's."),
    directory_mode: args.mode().optional().describe('Permissions of folders that are made.'),
    ...rewriteArgs,
    force: args.bool().default(true).describe('Replace a file with another content.'),
    follow: args.bool().default(false).describe('Write to what a symbolic link at `dest` points to.'),
    remote_src: args.bool().default(false).describe('`src` is on the host.'),
    decrypt: args.bool().default(true).describe('Open a source that is encrypted with the vault; else it is copied as it is.'),
    local_follow: fixedAt(true, 'links of the controller are followed'),
    checksum: z.string().optional().describe('SHA-1 that the source must have.'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    const content = task.content ?? task.content_base64
    if (task.src === undefined && content === undefined) refuse('src (or content) is required')
    if (task.src !== undefined && content !== undefined) refuse('src and content are mutually exclusive')
    if (task.content !== undefined && task.content_base64 !== undefined) refuse('content and content_base64 are mutually exclusive')
    if (content !== undefined && task.remote_src) refuse('content and remote_src are mutually exclusive')
  })

type Args = z.infer<typeof schema>

type State =
  | { readonly kind: 'file'; readonly deployment: Deployment }
  | { readonly kind: 'tree'; readonly tree: TreeCopy }
  | { readonly kind: 'remote'; readonly remote: RemoteCopy }

export default defineModule<Args, State>({
  name: 'copy',
  summary: 'Copy a file, a folder or a text to the host.',
  description: 'Files are compared by checksum and streamed, whatever their size; each is written beside its place and renamed into it.',
  args: schema,
  aliases: { thirsty: 'force' },
  returns: z.object({
    dest: z.string(),
    src: z.string().optional(),
    checksum: z.string().optional(),
    size: z.number().optional(),
    mode: z.string().optional(),
    state: z.string(),
    backup_file: z.string().optional(),
  }),
  examples: [
    {
      name: 'A text',
      yaml: 'copy:\n  content: "nameserver 192.0.2.1\\n"\n  dest: /etc/resolv.test\n  mode: "0644"\n',
      lab: { first: 'changed' },
    },
    {
      name: 'Data as JSON',
      yaml: 'copy:\n  content: {debug: false, workers: 2}\n  dest: /etc/app.json\n  owner: root\n  group: root\n  mode: u=rw,g=r,o=\n',
      lab: { first: 'changed' },
    },
    {
      name: 'A file of the host',
      yaml: 'copy:\n  src: /etc/hostname\n  dest: /var/tmp/hostname.copy\n  remote_src: true\n',
      lab: { first: 'changed' },
    },
    { name: 'A folder', yaml: 'copy:\n  src: site/\n  dest: /srv/www\n  directory_mode: "0755"\n', lab: { first: 'changed' } },
  ],
  async check(host, task, context) {
    if (task.remote_src) {
      const remote = await readRemote(host, { ...task, src: task.src ?? '' })
      return remote instanceof Failure ? remote : { kind: 'remote', remote }
    }
    return task.src === undefined ? readContent(host, task, context) : readLocal(host, { ...task, src: task.src }, context)
  },
  plan(state, task) {
    switch (state.kind) {
      case 'file':
        return deploymentChanges(state.deployment, task)
      case 'tree':
        return treeChanges(state.tree, task)
      case 'remote':
        return remoteChanges(state.remote, task)
    }
  },
  result(state, task, outcomes) {
    const backup = outcomes.find((outcome) => outcome.id === 'write')?.stdout.trim() ?? ''
    const own = { ...(task.src === undefined ? {} : { src: task.src }), ...(task.backup && backup !== '' ? { backup_file: backup } : {}) }
    switch (state.kind) {
      case 'file':
        return {
          ...deploymentResult(state.deployment, task),
          ...own,
          ...(keptBack(state.deployment, task) ? { msg: 'file already exists' } : {}),
        }
      case 'tree':
        return { ...treeResult(state.tree, task), ...own }
      case 'remote':
        return { ...remoteResult(state.remote, task), ...own }
    }
  },
})

function keptBack(deployment: Deployment, task: Args): boolean {
  return !task.force && deployment.target.file.type !== 'absent'
}

async function readContent(host: ReadOnlyHost, task: Args, context: ModuleContext): Promise<State | Failure> {
  const payload =
    task.content_base64 === undefined ? contentPayload(task.content) : bytesPayload(Buffer.from(task.content_base64, 'base64'))
  return asFile(wrongChecksum(task, payload.sha1) ?? (await readDeployment(host, task, { payload, diff: context.diff })))
}

async function readLocal(host: ReadOnlyHost, task: Args & { readonly src: string }, context: ModuleContext): Promise<State | Failure> {
  const path = await context.local.find('files', task.src)
  const found = await context.local.stat(path)
  if (found.type === 'directory') {
    const tree = await readTree(host, task, { path, context })
    return tree instanceof Failure ? tree : { kind: 'tree', tree }
  }
  const payload = await localPayload(context.local, path, { sha1: task.checksum !== undefined, decrypt: task.decrypt })
  return asFile(wrongChecksum(task, payload.sha1) ?? (await readDeployment(host, task, { payload, diff: context.diff })))
}

function asFile(deployment: Deployment | Failure): State | Failure {
  return deployment instanceof Failure ? deployment : { kind: 'file', deployment }
}

function wrongChecksum(task: Args, actual: string | undefined): Failure | undefined {
  if (task.checksum === undefined || task.checksum === actual) return undefined
  return fail('Copied file does not match the expected checksum. Transfer failed.', {
    data: { checksum: actual ?? '', expected_checksum: task.checksum },
  })
}
