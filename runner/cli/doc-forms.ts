import { type ArgumentDoc, argumentDocs, returnDocs } from '../module/docs.ts'
import type { ActionSpec } from '../module/registry.ts'

const WIDTH = 78

/** The text of `ansible-doc MODULE`, from the module's contract. */
export function docText(spec: ActionSpec): string {
  const { module } = spec
  const parts = [`> MODULE ${spec.name}`, '', ...wrapped(summaryOf(spec), '  ')]
  if (module?.description !== undefined) parts.push(...wrapped(module.description, '  '))
  const args = argumentDocs(spec)
  if (args.length > 0) parts.push('', 'OPTIONS (= indicates it is required):', ...args.flatMap(optionText))
  if (module !== undefined && module.examples.length > 0)
    parts.push('', 'EXAMPLES:', ...module.examples.map(({ name, yaml }) => task(name, yaml)))
  const returns = module?.returns === undefined ? [] : returnDocs(module.returns)
  if (returns.length > 0)
    parts.push(
      '',
      'RETURN VALUES:',
      ...returns.flatMap(({ name, type, description }) => ['', `   ${name}   ${description}`.trimEnd(), `        type: ${type}`]),
    )
  return `${parts.join('\n')}\n\n`
}

function optionText(arg: ArgumentDoc): readonly string[] {
  return [
    '',
    `${arg.required ? '=' : ' '}  ${arg.name}`,
    ...wrapped(arg.description, '        '),
    ...(arg.aliases.length === 0 ? [] : [`        aliases: [${arg.aliases.join(', ')}]`]),
    ...(arg.choices.length === 0 ? [] : [`        choices: [${arg.choices.join(', ')}]`]),
    ...(arg.default === undefined ? [] : [`        default: ${arg.default}`]),
    `        type: ${arg.type}`,
  ]
}

/** A task with all arguments, to be pasted: `ansible-doc -s`. */
export function docSnippet(spec: ActionSpec): string {
  const column = 23
  const rows = argumentDocs(spec).map((arg) => {
    const said = `${arg.required ? '(required) ' : ''}${arg.description}`
    const [first = '', ...rest] = wrapped(said, '', WIDTH - column - 4)
    const more = rest.map((line) => `${' '.repeat(column + 6)}# ${line}`)
    return [`      ${`${arg.name}:`.padEnd(column)}${first === '' ? '' : `# ${first}`}`.trimEnd(), ...more].join('\n')
  })
  return `- name: ${summaryOf(spec)}\n  ${spec.name}:\n${rows.map((row) => `${row}\n`).join('')}`
}

/** What `ansible-doc -j` gives of one module. */
export function docRecord(spec: ActionSpec): Record<string, unknown> {
  const { module } = spec
  const options = argumentDocs(spec).map(({ name, description, type, required, aliases, choices, default: fallback }) => {
    const more = {
      ...(required ? { required } : {}),
      ...(aliases.length > 0 ? { aliases } : {}),
      ...(choices.length > 0 ? { choices } : {}),
      ...(fallback === undefined ? {} : { default: parsed(fallback) }),
    }
    return [name, { description: [description], type, ...more }] as const
  })
  const returns = module?.returns === undefined ? [] : returnDocs(module.returns)
  return {
    doc: {
      description: module?.description === undefined ? [] : [module.description],
      has_action: module === undefined,
      module: spec.name,
      options: Object.fromEntries(options),
      short_description: summaryOf(spec),
    },
    examples: (module?.examples ?? []).map(({ name, yaml }) => task(name, yaml)).join('\n'),
    metadata: null,
    return: Object.fromEntries(returns.map(({ name, type, description }) => [name, { description: [description], type }] as const)),
  }
}

/** `ansible-doc -l`: a line a module, as wide as a terminal. */
export function docList(specs: readonly ActionSpec[]): string {
  const width = Math.max(0, ...specs.map(({ name }) => name.length))
  const room = Math.max(20, WIDTH + 1 - width)
  return specs.map((spec) => `${spec.name.padEnd(width)} ${cut(summaryOf(spec), room)}\n`).join('')
}

export function summaryOf(spec: ActionSpec): string {
  return spec.module?.summary ?? 'An action of the controller.'
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 3)}...`
}

function parsed(json: string): unknown {
  const value: unknown = JSON.parse(json)
  return value
}

function task(name: string, yaml: string): string {
  const text = yaml.trim()
  if (text.startsWith('- ')) return `\n${text}`
  const whole = /^name:/m.test(text) ? text : `name: ${/[:#'"{[]/.test(name) ? JSON.stringify(name) : name}\n${text}`
  return `\n- ${whole.replaceAll('\n', '\n  ')}`
}

function wrapped(text: string, margin: string, width = WIDTH): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const line = lines.at(-1)
    if (line === undefined || margin.length + line.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.map((line) => margin + line)
}
