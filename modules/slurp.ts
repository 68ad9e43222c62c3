import { args, defineModule, fail, UnknownState, z } from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'

const schema = z.strictObject({ src: args.path().describe('The file to read.') })

interface State {
  readonly path: string
  readonly content: Buffer
}

const MAX = 64 * 1024 * 1024

export default defineModule<z.infer<typeof schema>, State>({
  name: 'slurp',
  summary: 'Read a file of the host; its content is given in Base64.',
  args: schema,
  aliases: { path: 'src' },
  returns: z.object({ content: z.string(), encoding: z.literal('base64'), source: z.string() }),
  examples: [{ name: 'The name of the machine', yaml: 'slurp:\n  src: /etc/hostname\nregister: name_file\n', lab: { first: 'ok' } }],
  async check(host, task) {
    const path = await expandPath(host, task.src)
    const file = await host.file(path, { content: MAX, follow: true })
    if (file.type === 'unknown') throw new UnknownState(file.reason)
    if (file.type === 'absent') return fail(`file not found: ${path}`)
    if (file.type === 'directory') return fail(`source is a directory and must be a file: ${path}`)
    if (file.content !== undefined) return { path, content: file.content }
    if (host.predicted) throw new UnknownState(`the content of ${path} is not known yet`)
    return fail(`${path} is larger than ${String(MAX)} bytes, or not a regular file`)
  },
  plan: () => [],
  result: ({ path, content }) => ({ content: content.toString('base64'), encoding: 'base64', source: path }),
})
