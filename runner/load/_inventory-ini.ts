import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import type { Source, SourceFile } from '../base/source.ts'
import type { Value } from '../base/value.ts'
import type { Groups } from './_groups.ts'
import { expandRange } from './_host-range.ts'
import { pythonLiteral } from './_python-literal.ts'
import { type ShellWord, shellWords } from './_shell-words.ts'
import type { VarEntry } from './layer.ts'
import { templateOf } from './text.ts'

type SectionKind = 'hosts' | 'children' | 'vars'

interface Section {
  readonly group: string
  readonly kind: SectionKind
  readonly source: Source
}

/** An INI inventory: host lines, `[group]`, `[group:children]`, `[group:vars]`. */
export function readIniInventory(file: SourceFile, groups: Groups): void {
  let section: Section = { group: 'ungrouped', kind: 'hosts', source: { file, line: 1, col: 1 } }
  const declared = new Set<string>(['all', 'ungrouped', ...groups.groups.keys()])
  const pending: Mention[] = []
  file.text.split('\n').forEach((line, at) => {
    const source = { file, line: at + 1, col: line.length - line.trimStart().length + 1 }
    const text = line.trim()
    if (text === '' || text.startsWith('#') || text.startsWith(';')) return
    if (/^\[[^\]]*\]\s*(#.*)?$/.test(text)) {
      section = openSection(text, source, groups)
      if (section.kind === 'vars') pending.push({ group: section.group, source, by: `[${section.group}:vars]` })
      else declared.add(section.group)
    } else readLine(text, source, { section, groups, pending })
  })
  for (const { group, source, by } of pending) {
    if (declared.has(group)) continue
    const hint = didYouMean(group, declared) ?? `a group needs a section of its own: [${group}]`
    throw new RunnerError('inventory', `${by} names a group that does not exist: ${group}`, { source, hint })
  }
}

/** A group that is spoken of before, or without, a section that declares it. */
interface Mention {
  readonly group: string
  readonly source: Source
  readonly by: string
}

function openSection(text: string, source: Source, groups: Groups): Section {
  const match = /^\[([^:\]]+)(?::(\w+))?\]/.exec(text)
  const [, name = '', kind = 'hosts'] = match ?? []
  if (match === null || (kind !== 'hosts' && kind !== 'children' && kind !== 'vars')) {
    throw new RunnerError('inventory', `the section ${text} is not valid`, {
      source,
      hint: 'sections are [group], [group:children] or [group:vars]',
    })
  }
  return { group: groups.group(name.trim()).name, kind, source }
}

interface LineContext {
  readonly section: Section
  readonly groups: Groups
  readonly pending: Mention[]
}

function readLine(text: string, source: Source, { section, groups, pending }: LineContext): void {
  if (section.kind === 'children') {
    const child = groups.group(text.replace(/\s*#.*$/, '')).name
    if (!groups.addChild(section.group, child)) throw new RunnerError('inventory', `the group "${child}" would contain itself`, { source })
    pending.push({ group: child, source, by: `[${section.group}:children]` })
    return
  }
  if (section.kind === 'vars') {
    const [name, entry] = variable(text, source)
    groups.setGroupVars(section.group, new Map([[name, entry]]))
    return
  }
  const [first, ...rest] = shellWords(text, source)
  if (first === undefined) return
  if (/^\[[^\]:]*$/.test(first.text))
    throw new RunnerError('inventory', 'the header of a section is not closed', { source, hint: `write ${first.text}]` })
  for (const { name, port } of hostNames(first.text, source)) {
    const host = groups.addHost(name, section.group)
    if (port !== undefined) host.vars.set('ansible_port', { value: port, source })
    for (const word of rest) host.vars.set(...hostVariable(word, source))
  }
}

function variable(text: string, source: Source): [string, VarEntry] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new RunnerError('inventory', `expected name=value, got "${text}"`, { source })
  return [text.slice(0, equals).trim(), { value: iniValue(text.slice(equals + 1).trim(), source), source }]
}

function hostVariable(word: ShellWord, line: Source): [string, VarEntry] {
  const source = { ...line, col: line.col + word.offset }
  const equals = word.text.indexOf('=')
  if (equals < 1) {
    throw new RunnerError('inventory', `expected name=value behind the host, got "${word.text}"`, {
      source,
      hint: 'write one host on a line; values with blanks need quotes',
    })
  }
  return [word.text.slice(0, equals), { value: iniValue(word.text.slice(equals + 1), source), source }]
}

/** Values are Python literals where they are such (numbers, lists, True), else texts: `yes` stays a text. */
export function iniValue(text: string, source: Source | undefined): Value {
  const literal = pythonLiteral(text)
  const value = literal === undefined ? text : literal
  return typeof value === 'string' ? templateOf(value, source) : value
}

/** A name, a range of names (where those are meant), each perhaps with `:port`; an IPv6 address in brackets. */
export function hostNames(
  text: string,
  source: Source | undefined,
  how: 'ranges' | 'plain' = 'ranges',
): readonly { readonly name: string; readonly port?: number }[] {
  const address = /^\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\](?::(\d+))?$/.exec(text)
  if (address !== null) return [withPort(address[1] ?? '', address[2])]
  const isAddress = /^[0-9a-fA-F]*:[0-9a-fA-F:.]*:/.test(text) && !text.includes('[')
  const match = isAddress || (how === 'plain' && text.includes('[')) ? null : /^(.*):(\d+)$/s.exec(text)
  const names = how === 'plain' ? [match?.[1] ?? text] : expandRange(match?.[1] ?? text, source)
  return names.map((name) => withPort(name, match?.[2]))
}

function withPort(name: string, port: string | undefined): { readonly name: string; readonly port?: number } {
  return port === undefined ? { name } : { name, port: Number(port) }
}
