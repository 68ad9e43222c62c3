import type { Source } from '../base/source.ts'
import { isRecord, Template } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import { BLOCK_KEYWORDS, type Entries, HANDLER_KEYWORDS, keywordHint, TASK_KEYWORDS } from './_attributes.ts'
import { syntaxError } from './_compiler.ts'

/** What a task does, as written: the module's name and the node behind it. */
export interface WrittenAction {
  readonly name: string
  readonly source: Source
  readonly args: Node
  /** `local_action`: runs on the controller. */
  readonly local: boolean
  /** Where `action` or `local_action` is a mapping. */
  readonly mapping?: Source | undefined
}

/** @throws RunnerError `syntax` where there is no action, or more than one */
export function findAction(entries: Entries, task: Node, kind: 'tasks' | 'handlers'): WrittenAction {
  const keywords = kind === 'handlers' ? HANDLER_KEYWORDS : TASK_KEYWORDS
  const keys = [...entries.keys()].filter(
    (name) => name === 'action' || name === 'local_action' || (!keywords.has(name) && !/^with_\w+$/.test(name)),
  )
  const [name, second] = keys
  const entry = name === undefined ? undefined : entries.get(name)
  if (name === undefined || entry === undefined)
    throw syntaxError('no module/action detected in task', task.source, 'a task names one module, such as debug: or copy:')
  if (second !== undefined) throw conflict(keys, entries)
  if (name === 'action' || name === 'local_action') return fromAction(entry.node, name === 'local_action')
  return { name, source: entry.key, args: entry.node, local: false }
}

function conflict(keys: readonly string[], entries: Entries): ReturnType<typeof syntaxError> {
  const wrong = keys.find((name) => keywordHint(name, [...TASK_KEYWORDS, 'listen']) !== undefined) ?? keys[1] ?? ''
  const place = entries.get(wrong)?.key ?? entries.get(keys[1] ?? '')?.key
  const hint = BLOCK_KEYWORDS.has(wrong)
    ? `'${wrong}' belongs to a block`
    : wrong === 'listen'
      ? 'only handlers listen'
      : keywordHint(wrong, TASK_KEYWORDS)
  if (place === undefined) throw new TypeError('a conflict without a place')
  return syntaxError(
    `conflicting action statements: ${keys.join(', ')}`,
    place,
    hint ?? 'a task has one module; start another task with a dash',
  )
}

/** `action: copy src=a dest=b`, `action: {module: copy, src: a}`. */
function fromAction(node: Node, local: boolean): WrittenAction {
  if (isRecord(node.value)) {
    const module = node.entries?.get('module')
    if (module === undefined || typeof module.node.value !== 'string')
      throw syntaxError("'action' as a mapping needs 'module'", node.source)
    const [name = '', ...words] = module.node.value.trim().split(/\s+/)
    if (words.length > 0) throw syntaxError("'module' holds the module's name alone", module.node.source)
    const entries = new Map([...(node.entries ?? [])].filter(([key]) => key !== 'module'))
    return { name, source: module.node.source, args: { value: node.value, source: node.source, entries }, local, mapping: node.source }
  }
  const text = node.value instanceof Template ? node.value.text : typeof node.value === 'string' ? node.value : ''
  const match = /^(\s*)(\S+)(\s*)([\s\S]*)$/.exec(text)
  if (match === null) throw syntaxError("'action' needs a module's name", node.source)
  const [, blank = '', name = '', gap = '', rest = ''] = match
  const start = node.value instanceof Template ? (node.value.source ?? node.source) : node.source
  const source = { ...start, col: start.col + blank.length + name.length + gap.length }
  return {
    name,
    source: node.source,
    args: { value: /\{[{%#]/.test(rest) ? new Template(rest, source, node.source) : rest, source },
    local,
  }
}

/** The name of one of the language's own includes and imports, without its namespace; undefined for modules. */
export function structureName(name: string): StructureName | undefined {
  const short = name.replace(/^ansible\.(builtin|legacy)\./, '')
  return STRUCTURES.find((known) => known === short)
}

const STRUCTURES = ['include_tasks', 'import_tasks', 'include_role', 'import_role', 'import_playbook', 'include'] as const
export type StructureName = (typeof STRUCTURES)[number]
