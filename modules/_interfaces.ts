import { splitLines } from './_bytes.ts'

/** A line of an interfaces file, with its continuations, and what it is a part of. */
interface Line {
  readonly text: string
  readonly kind: 'iface' | 'option' | 'other'
  /** First word and the rest, without blanks around. */
  readonly name: string
  readonly value: string
  /** Which `iface` line it belongs to, by its place in the list; -1 for none. */
  readonly stanza: number
}

/** What is done to the options of an interface. */
export interface InterfaceEdit {
  readonly iface: string
  readonly family: string | undefined
  readonly option: string
  readonly value: string | undefined
  readonly state: 'present' | 'absent'
}

/** Options of which an interface may have several: they are added and removed, never changed. */
const REPEATED = new Set(['pre-up', 'up', 'post-up', 'down', 'pre-down', 'post-down'])
const OUTSIDE = /^(auto|allow-\S+|no-auto-down|no-scripts|mapping|source|source-directory|rename|template)$/

/** Undefined where there is no such interface. */
export function editInterfaces(text: string, edit: InterfaceEdit): string | undefined {
  const lines = parseLines(text)
  const stanzas = lines.flatMap((line, index) => (line.kind === 'iface' && matches(line, edit) ? [index] : []))
  if (stanzas.length === 0) return undefined
  if (edit.option === 'method') return methodSet(lines, stanzas, edit)
  const places = lines.flatMap((line, index) =>
    line.kind === 'option' && stanzas.includes(line.stanza) && isOption(line, edit) ? [index] : [],
  )
  if (edit.state === 'absent') return removed(lines, places, edit)
  const last = REPEATED.has(edit.option) ? places.find((at) => lines[at]?.value === edit.value) : places.at(-1)
  return last === undefined ? added(lines, stanzas.at(-1) ?? 0, edit) : changed(lines, last, edit)
}

/** Interfaces by name; of several stanzas the last one counts. */
export function interfacesOf(text: string): Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> {
  const lines = parseLines(text)
  const entries = lines.flatMap((line, index) => {
    if (line.kind !== 'iface') return []
    const [name = '', family = '', method = ''] = line.value.split(/\s+/)
    const own = lines.filter((other) => other.kind === 'option' && other.stanza === index)
    const several = (option: string): readonly string[] => own.filter((other) => other.name === option).map((other) => other.value)
    const single = own.filter((other) => !REPEATED.has(other.name)).map((other) => [other.name, other.value] as const)
    const hooks = ['pre-up', 'up', 'down', 'post-up'].map((option) => [option, several(option)] as const)
    return [[name, { address_family: family, method, ...Object.fromEntries(hooks), ...Object.fromEntries(single) }] as const]
  })
  return Object.fromEntries(entries)
}

function parseLines(text: string): readonly Line[] {
  let stanza = -1
  return joined(splitLines(text)).map((line, index) => {
    const [, name = '', value = ''] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(line.replace(/\\\n/g, ' ')) ?? []
    if (name === 'iface') stanza = index
    else if (OUTSIDE.test(name)) stanza = -1
    const kind = name === 'iface' ? 'iface' : name === '' || name.startsWith('#') || stanza < 0 ? 'other' : 'option'
    return { text: line, kind, name, value, stanza }
  })
}

/** A backslash at the end of a line takes the next one to it. */
function joined(lines: readonly string[]): readonly string[] {
  const out: string[] = []
  for (const line of lines) {
    const before = out.at(-1)
    if (before?.endsWith('\\\n') === true) out[out.length - 1] = before + line
    else out.push(line)
  }
  return out
}

function matches(line: Line, edit: InterfaceEdit): boolean {
  const [name, family] = line.value.split(/\s+/)
  return name === edit.iface && (edit.family === undefined || family === edit.family)
}

function isOption(line: Line, edit: InterfaceEdit): boolean {
  return line.name === edit.option
}

/** All of them go, or of the repeated ones those with the value. */
function removed(lines: readonly Line[], places: readonly number[], edit: InterfaceEdit): string {
  const one = REPEATED.has(edit.option) && edit.value !== undefined
  const gone = places.filter((at) => !one || lines[at]?.value === edit.value)
  return textOf(lines.filter((_, index) => !gone.includes(index)))
}

function changed(lines: readonly Line[], at: number, edit: InterfaceEdit): string {
  const old = lines[at]
  if (old === undefined || old.value === edit.value) return textOf(lines)
  const indent = /^\s*/.exec(old.text)?.[0] ?? ''
  return textOf(lines.map((line, index) => (index === at ? { text: `${indent}${edit.option} ${edit.value ?? ''}\n` } : line)))
}

/** Behind the last option, indented as it is. */
function added(lines: readonly Line[], stanza: number, edit: InterfaceEdit): string {
  const options = lines.flatMap((line, index) => (line.kind === 'option' && line.stanza === stanza ? [index] : []))
  const at = options.at(-1) ?? stanza
  const indent = options.length === 0 ? '    ' : (/^\s*/.exec(lines[at]?.text ?? '')?.[0] ?? '')
  const last = lines[at]?.text ?? ''
  const before = [...lines.slice(0, at), { text: last.endsWith('\n') ? last : `${last}\n` }]
  return textOf([...before, { text: `${indent}${edit.option} ${edit.value ?? ''}\n` }, ...lines.slice(at + 1)])
}

/** `iface eth0 inet METHOD`. */
function methodSet(lines: readonly Line[], stanzas: readonly number[], edit: InterfaceEdit): string {
  if (edit.state === 'absent') return textOf(lines)
  return textOf(
    lines.map((line, index) =>
      stanzas.includes(index)
        ? { text: line.text.replace(/^(\s*iface\s+\S+\s+\S+\s+)\S+/, (_, head: string) => head + (edit.value ?? '')) }
        : line,
    ),
  )
}

function textOf(lines: readonly Pick<Line, 'text'>[]): string {
  return lines.map((line) => line.text).join('')
}
