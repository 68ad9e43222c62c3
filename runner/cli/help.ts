import type { OptionSpec, OptionTable } from './arguments.ts'

const COLUMN = 30
const WIDTH = 100

/** The options of a command as text, under their groups' headings. */
export function optionsHelp(table: OptionTable): string {
  const groups = new Map<string, string[]>()
  for (const spec of Object.values(table)) {
    const rows = groups.get(spec.group) ?? []
    rows.push(row(spec))
    groups.set(spec.group, rows)
  }
  return [...groups].map(([group, rows]) => `${group}:\n${rows.join('\n')}\n`).join('\n')
}

/** Two columns: a term, and what it means, wrapped. */
export function definition(term: string, text: string): string {
  const [first = '', ...others] = wrap(text, WIDTH - COLUMN)
  const indent = ' '.repeat(COLUMN)
  const head = `  ${term}`
  const start = head.length < COLUMN ? [head.padEnd(COLUMN) + first] : [head, indent + first]
  return [...start, ...others.map((line) => indent + line)].join('\n')
}

function row(spec: OptionSpec): string {
  const value = spec.choices === undefined ? spec.value : spec.choices.join('|')
  const flags = spec.flags.slice(0, 2).join(', ')
  return definition(value === undefined ? flags : `${flags} ${value}`, spec.help)
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
