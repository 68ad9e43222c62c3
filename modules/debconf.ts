import { args as arg, type Change, defineModule, fail, quote, Secret, Unavailable, z } from '../runner/module/index.ts'

export default defineModule({
  name: 'debconf',
  summary: "Answer a Debian package's questions before it asks them.",
  description:
    "Values travel on debconf-set-selections' standard input. Passwords that debconf stored cannot be read back where the package removed them: then they are set again.",
  args: z.strictObject({
    name: arg.str().describe('Package whose question it is.'),
    question: arg.str().optional(),
    vtype: z.enum(['boolean', 'error', 'multiselect', 'note', 'password', 'seen', 'select', 'string', 'text', 'title']).optional(),
    value: z.union([arg.secret(), z.boolean().transform((value) => new Secret(value ? 'true' : 'false'))]).optional(),
    unseen: arg.bool().default(false).describe('Do not mark the question as answered.'),
  }),
  aliases: { pkg: 'name', selection: 'question', setting: 'question', answer: 'value' },
  examples: [
    {
      name: 'Keep the package from making a database',
      yaml: 'debconf:\n  name: keystone\n  question: keystone/configure_db\n  vtype: boolean\n  value: false\n',
      lab: { first: 'changed' },
    },
  ],
  async check(host, args) {
    const given = [args.question, args.vtype, args.value].filter((value) => value !== undefined).length
    if (given !== 0 && given !== 3) return fail('question, vtype and value belong together')
    const answers = await host.probe({
      kind: 'debconf',
      key: args.name,
      script: `debconf-show ${quote(args.name)} 2>/dev/null; sr_x=$?; ${passwordQuestion(args)}; (exit "$sr_x")`,
      parse: (answer) => (answer.rc === 127 ? new Unavailable('there is no debconf on this host') : parseShown(answer.text, args.question)),
    })
    return { answers }
  },
  plan({ answers }, args): readonly Change[] {
    const { question, vtype, value } = args
    if (question === undefined || vtype === undefined || value === undefined) return []
    const wanted = normal(value.reveal(), vtype)
    const now = answers[question]
    if (now !== undefined && normal(now, vtype) === wanted) return []
    const selection = new Secret(`${args.name} ${question} ${vtype} ${wanted}\n`)
    const shown = (text: string | undefined): string => (vtype === 'password' ? '***' : (text ?? ''))
    return [
      {
        what: `answer ${question} of ${args.name}`,
        actions: [{ do: 'run', argv: ['debconf-set-selections', ...(args.unseen ? ['-u'] : [])], stdin: selection, env: { LC_ALL: 'C' } }],
        effects: [{ kind: 'debconf', key: args.name, state: { ...answers, [question]: wanted } }],
        diff: {
          beforeName: question,
          afterName: question,
          before: now === undefined ? '' : `${shown(now)}\n`,
          after: `${shown(wanted)}\n`,
        },
      },
    ]
  },
  result({ answers }, args) {
    const shown = Object.fromEntries(
      Object.entries(answers).filter(([question]) => question !== args.question || args.vtype !== 'password'),
    )
    return { current: shown }
  },
})

/** debconf-show hides passwords: the one that is asked about is read through debconf's own protocol. */
function passwordQuestion(args: { readonly vtype?: string | undefined; readonly question?: string | undefined }): string {
  if (args.vtype !== 'password' || args.question === undefined) return ':'
  return `printf 'GET %s\\n' ${quote(args.question)} | debconf-communicate 2>/dev/null`
}

function parseShown(text: string, question: string | undefined): Readonly<Record<string, string>> {
  const lines = text.split('\n')
  const shown = lines.flatMap((line) => {
    const match = /^[* ] (\S+): ?(.*)$/.exec(line)
    return match?.[1] === undefined || match[2] === '(password omitted)' ? [] : [[match[1], match[2] ?? ''] as const]
  })
  const password = lines.map((line) => /^0 (.+)$/.exec(line)?.[1]).find((value) => value !== undefined)
  return { ...Object.fromEntries(shown), ...(password === undefined || question === undefined ? {} : { [question]: password }) }
}

/** Booleans as debconf writes them; lists without blanks that do not matter. */
function normal(value: string, vtype: string): string {
  if (vtype === 'boolean') return /^(true|yes|on|1)$/i.test(value.trim()) ? 'true' : 'false'
  if (vtype === 'multiselect')
    return value
      .split(',')
      .map((part) => part.trim())
      .sort()
      .join(', ')
  return value
}
