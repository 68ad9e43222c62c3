import { hostname } from 'node:os'
import { basename } from 'node:path'
import { args, defineModule, Failure, fail, type ModuleContext, z } from '../runner/module/index.ts'
import { attributeArgs, rewriteArgs } from './_arguments.ts'
import { sha1, sha256 } from './_bytes.ts'
import { type Deployment, deploymentChanges, deploymentResult, type Payload, readDeployment } from './_deploy.ts'

const NEWLINES = { '\\n': '\n', '\\r': '\r', '\\r\\n': '\r\n', '\n': '\n', '\r': '\r', '\r\n': '\r\n' } as const

const delimiter = (what: string) => z.string().min(1).optional().describe(what)

const schema = z.strictObject({
  src: z.string().min(1).describe("The template: a path, or a name in the role's or playbook's `templates` folder."),
  dest: args.path().describe('Where the text goes; a folder, or a path ending with `/`, gets a file of the same name.'),
  ...attributeArgs,
  mode: z
    .union([z.literal('preserve'), args.mode()])
    .optional()
    .describe("Permissions; `preserve` takes the template file's."),
  ...rewriteArgs,
  force: args.bool().default(true).describe('Replace a file with another content.'),
  follow: args.bool().default(false).describe('Write to what a symbolic link points to.'),
  newline_sequence: z
    .enum(['\\n', '\\r', '\\r\\n', '\n', '\r', '\r\n'])
    .default('\n')
    .transform((name) => NEWLINES[name]),
  trim_blocks: args.bool().default(true).describe('The newline after a block goes.'),
  lstrip_blocks: args.bool().default(false).describe('Blanks before a block go.'),
  block_start_string: delimiter('Instead of `{%`.'),
  block_end_string: delimiter('Instead of `%}`.'),
  variable_start_string: delimiter('Instead of `{{`.'),
  variable_end_string: delimiter('Instead of `}}`.'),
  comment_start_string: delimiter('Instead of `{#`.'),
  comment_end_string: delimiter('Instead of `#}`.'),
  output_encoding: z.string().default('utf-8').describe('utf-8, ascii, latin-1 or utf-16-le.'),
})

type Args = z.infer<typeof schema>

export default defineModule<Args, Deployment>({
  name: 'template',
  summary: 'Write a file made from a template.',
  description:
    'The template is rendered on the controller with the variables of the task, and `ansible_managed`, `template_path`, `template_fullpath`, `template_destpath`, `template_host`, `template_mtime`, `template_uid`, `template_run_date`.',
  args: schema,
  returns: z.object({
    dest: z.string(),
    src: z.string(),
    checksum: z.string(),
    size: z.number(),
    mode: z.string(),
    owner: z.string().optional(),
    group: z.string().optional(),
  }),
  examples: [
    {
      name: 'A configuration file',
      yaml: 'template:\n  src: app.conf.j2\n  dest: /etc/app.conf\n  mode: "0644"\n',
      lab: { first: 'changed' },
    },
  ],
  async check(host, task, context) {
    const payload = await render(task, context)
    if (payload instanceof Failure) return payload
    return readDeployment(host, task, { payload, diff: context.diff })
  },
  plan: (deployment, task) => deploymentChanges(deployment, task),
  result(deployment, task, outcomes) {
    const backup = outcomes.find((outcome) => outcome.id === 'write')?.stdout.trim() ?? ''
    return { ...deploymentResult(deployment, task), src: task.src, ...(task.backup && backup !== '' ? { backup_file: backup } : {}) }
  },
})

async function render(task: Args, context: ModuleContext): Promise<Payload | Failure> {
  const encoding = ENCODINGS[task.output_encoding.toLowerCase().replace(/[_-]/g, '')]
  if (encoding === undefined)
    return fail(`unknown output_encoding '${task.output_encoding}'`, { hint: 'one of utf-8, ascii, latin-1, utf-16-le' })
  const path = await context.local.find('templates', task.src)
  const found = await context.local.stat(path)
  if (found.type === 'directory') return fail(`the template ${path} is a directory`)
  const { text, secret } = await context.local.render(path, {
    trimBlocks: task.trim_blocks,
    lstripBlocks: task.lstrip_blocks,
    newline: task.newline_sequence,
    delimiters: delimitersOf(task),
    vars: templateVars(task, { path, mtime: found.mtime, owner: found.owner ?? '', now: context.now }),
  })
  const bytes = Buffer.from(text, encoding)
  return { bytes, secret, sha256: sha256(bytes), sha1: sha1(bytes), size: bytes.length, mode: found.mode, name: basename(path) }
}

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  utf8: 'utf8',
  ascii: 'ascii',
  usascii: 'ascii',
  latin1: 'latin1',
  iso88591: 'latin1',
  utf16le: 'utf16le',
}

function delimitersOf(task: Args): Readonly<Record<string, string>> {
  const given = [
    ['blockStart', task.block_start_string],
    ['blockEnd', task.block_end_string],
    ['variableStart', task.variable_start_string],
    ['variableEnd', task.variable_end_string],
    ['commentStart', task.comment_start_string],
    ['commentEnd', task.comment_end_string],
  ] as const
  return Object.fromEntries(given.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])))
}

function templateVars(task: Args, file: { readonly path: string; readonly mtime: number; readonly owner: string; readonly now: number }) {
  const date = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('T', ' ').replace('Z', '')
  return {
    ansible_managed: 'Ansible managed',
    template_host: hostname(),
    template_uid: file.owner,
    template_path: task.src,
    template_fullpath: file.path,
    template_destpath: task.dest,
    template_mtime: date(file.mtime),
    template_run_date: date(file.now / 1000),
  }
}
