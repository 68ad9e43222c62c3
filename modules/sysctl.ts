import { args, type Change, defineModule, Failure, fail, type Probe, quote, resource, z } from '../runner/module/index.ts'
import { fromByteText, splitLines, toByteText } from './_bytes.ts'
import { MAX_TEXT, missingParent, readTarget, type Target } from './_target.ts'
import { oldText, shownTexts, writeChange } from './_write.ts'

const schema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^\s=]+$/, 'expected the name of a kernel parameter')
      .describe('The parameter, with dots or slashes.'),
    value: z
      .union([z.string(), z.number(), z.boolean()])
      .optional()
      .transform((value) => (value === undefined ? undefined : wordOf(value))),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file has a line for it.'),
    sysctl_file: args.path().default('/etc/sysctl.conf'),
    sysctl_set: args.bool().default(false).describe('Also set the value now.'),
    reload: args.bool().default(true).describe('Load the file when it was changed.'),
    ignoreerrors: args.bool().default(false).describe('Parameters that the kernel does not know are no failure.'),
  })
  .superRefine((task, context) => {
    if (task.state === 'present' && (task.value === undefined || task.value === ''))
      context.addIssue({ code: 'custom', message: 'value is required with state=present' })
  })

type Args = z.infer<typeof schema>

interface State {
  readonly target: Target
  /** The kernel's value; undefined where it has no such parameter. */
  readonly live: string | undefined
}

export default defineModule<Args, State>({
  name: 'sysctl',
  fqcn: ['ansible.posix.sysctl'],
  summary: 'Ensure that a kernel parameter has its value, in a file and now.',
  args: schema,
  aliases: { key: 'name', val: 'value' },
  returns: z.object({ name: z.string(), value: z.string().optional() }),
  examples: [
    {
      name: 'In a file of its own, and now',
      yaml: 'sysctl:\n  name: net.ipv4.ip_forward\n  value: 1\n  sysctl_file: /etc/sysctl.d/60-forward.conf\n  sysctl_set: true\n',
      lab: { first: 'changed' },
    },
    { name: 'No line for it', yaml: 'sysctl:\n  name: net.ipv4.no_such_thing\n  state: absent\n', lab: { first: 'ok' } },
  ],
  async check(host, task) {
    const [target, live] = await Promise.all([
      readTarget(host, task.sysctl_file, { wanted: {}, content: MAX_TEXT, follow: true }),
      host.probe(liveValue(task.name)),
    ])
    if (target instanceof Failure) return target
    const orphan = task.state === 'present' ? missingParent(target) : undefined
    return orphan ?? { target, live }
  },
  plan({ target, live }, task): readonly Change[] | Failure {
    const before = oldText(target)
    if (before === undefined) return [unseen(target, live, task)]
    const after = editSettings(before, task)
    const file = before === after ? [] : [fileChange(target, task, { before, after })]
    if (!task.sysctl_set || task.value === undefined || task.state === 'absent' || same(live, task.value)) return file
    if (live === undefined && !task.ignoreerrors) return fail(`the kernel has no parameter ${task.name}`)
    return live === undefined ? file : [...file, setting(task, task.value)]
  },
  result: (_state, task) => ({ name: task.name, ...(task.value === undefined ? {} : { value: task.value }) }),
})

/** What the file says cannot be known yet: where the kernel's own value is to change, something changes in any case. */
function unseen(target: Target, live: string | undefined, task: Args): Change {
  const { name, value } = task
  const change = { what: `set ${name} in ${target.path}`, actions: [] }
  if (task.sysctl_set && task.state === 'present' && value !== undefined && live !== undefined && !same(live, value))
    return { ...change, effects: [resource('sysctl', name, value)] }
  return { ...change, certainty: 'maybe', why: `the content of ${target.path} is not known yet` }
}

function wordOf(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  const text = String(value).trim()
  if (/^(yes|true)$/i.test(text)) return '1'
  return /^(no|false)$/i.test(text) ? '0' : text
}

/** `net.ipv4.conf.eth0/1.forwarding`: whichever of dot and slash comes first divides, the other belongs to a name. */
function procPath(name: string): string {
  const dotted = /[./]/.exec(name)?.[0] !== '/'
  const path = dotted ? name.replace(/[./]/g, (char) => (char === '.' ? '/' : '.')) : name
  return `/proc/sys/${path}`
}

function liveValue(name: string): Probe<string | undefined> {
  const path = quote(procPath(name))
  return {
    kind: 'sysctl',
    key: name,
    script: `[ ! -e ${path} ] || { printf '='; cat ${path}; }`,
    parse: ({ text }) => (text.startsWith('=') ? text.slice(1).trim() : undefined),
  }
}

function same(live: string | undefined, wanted: string): boolean {
  const words = (text: string): string => text.trim().split(/\s+/).join(' ')
  return live !== undefined && words(live) === words(wanted)
}

/** One line for the parameter, in the place of its first; other lines stay as they are. */
function editSettings(text: string, task: Args): string {
  const [name, value] = [toByteText(task.name), toByteText(task.value ?? '')]
  const lines = splitLines(text)
  const setting = (line: string): string | undefined => {
    const match = /^\s*-?([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/s.exec(line)
    return match?.[1] === name ? (match[2] ?? '') : undefined
  }
  const places = lines.flatMap((line, index) => (setting(line) === undefined ? [] : [index]))
  const [first] = places
  if (task.state === 'absent') return lines.filter((_, index) => !places.includes(index)).join('')
  if (first === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${name}=${value}\n`
  if (places.length === 1 && same(setting(lines[first] ?? ''), value)) return text
  return lines.flatMap((line, index) => (index === first ? [`${name}=${value}\n`] : places.includes(index) ? [] : [line])).join('')
}

function fileChange(target: Target, task: Args, texts: { readonly before: string; readonly after: string }): Change {
  const write = writeChange({
    target,
    content: { bytes: fromByteText(texts.after) },
    shown: shownTexts(texts.before, texts.after),
    wanted: {},
    backup: false,
    what: task.state === 'absent' ? `take ${task.name} out of ${target.path}` : `set ${task.name} = ${task.value ?? ''} in ${target.path}`,
  })
  if (!task.reload) return write
  const loaded = task.state === 'present' && task.value !== undefined ? [resource('sysctl', task.name, task.value)] : []
  return {
    ...write,
    actions: [...write.actions, { do: 'script', script: reloadScript(target.path, task), purpose: `load ${target.path}` }],
    effects: [...(write.effects ?? []), ...loaded],
  }
}

/** Without the program `sysctl` the one value that this task is about is written to the kernel. */
function reloadScript(path: string, task: Args): string {
  const load = `sysctl ${task.ignoreerrors ? '-e ' : ''}-p ${quote(path)}`
  const write =
    task.value === undefined || task.state === 'absent' ? ':' : `printf '%s\\n' ${quote(task.value)} >${quote(procPath(task.name))}`
  return `if sr_has sysctl; then ${load} >/dev/null; else ${write}; fi`
}

function setting(task: Args, value: string): Change {
  const what = `set ${task.name} = ${value} now`
  return {
    what,
    actions: [{ do: 'script', script: `printf '%s\\n' ${quote(value)} >${quote(procPath(task.name))}`, purpose: what }],
    effects: [resource('sysctl', task.name, value)],
  }
}
