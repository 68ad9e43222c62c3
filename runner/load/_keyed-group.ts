import { RunnerError } from '../base/error.ts'
import { isList, isRecord, LazyRecord, Omit, Secret, Template, toPlain, type Value } from '../base/value.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { str } from '../template/runtime/text.ts'
import type { Scope } from '../template/scope.ts'
import { type Groups, safeGroupName } from './_groups.ts'
import type { Attempt } from './_inventory-constructed.ts'
import { expressionOf, PluginConfig } from './_plugin-config.ts'
import type { Node } from './node.ts'

/** An entry of `keyed_groups`: groups named after a variable's value. */
export interface KeyedGroup {
  readonly node: Node
  readonly key: Node
  readonly prefix: string
  readonly separator: string
  readonly parent: Node | undefined
  /** Stands for a value that is empty. */
  readonly default: string | undefined
  /** False: no separator behind the name of an entry whose value is empty. */
  readonly trailingSeparator: boolean
}

export interface Keying {
  readonly host: string
  readonly groups: Groups
  readonly engine: TemplateEngine
  readonly scope: Scope
  readonly strict: boolean
  readonly attempt: Attempt
  readonly leadingSeparator: boolean
}

export function readKeyedGroup(node: Node): KeyedGroup {
  if (node.entries === undefined)
    throw new RunnerError('inventory', 'an entry of keyed_groups must be a mapping', { source: node.source, hint: 'write - key: …' })
  const text = (name: string): string | undefined => {
    const found = node.entries?.get(name)?.node.value
    return found === undefined || found === null ? undefined : found instanceof Template ? found.text : String(toPlain(found))
  }
  const config = new PluginConfig('constructed', node)
  const trailing = node.entries.get('trailing_separator')
  const fallback = text('default_value')
  if (trailing !== undefined && trailing.node.value !== null && fallback !== undefined)
    throw new RunnerError('inventory', 'default_value and trailing_separator exclude each other', { source: trailing.key })
  return {
    node,
    key: config.required('key', 'key: the variable, or an expression'),
    prefix: text('prefix') ?? '',
    separator: text('separator') ?? '_',
    parent: node.entries.get('parent_group')?.node,
    default: fallback,
    trailingSeparator: config.flag('trailing_separator', true),
  }
}

export function addKeyedGroups(group: KeyedGroup, keying: Keying): void {
  const { host, groups, attempt, engine, scope } = keying
  const expression = expressionOf('key', group.key)
  const about = { what: `could not make a group of ${expression} for the host ${host}`, node: group.key }
  const key = attempt(
    () => revealed(engine.evaluate(expression, scope, group.key.source)),
    () => about,
  )
  if (key === undefined) return
  const stand = isEmpty(key) ? group.default : undefined
  if (stand === undefined && isFalsy(key)) {
    if (keying.strict && !isList(key) && !isRecord(key))
      throw new RunnerError('inventory', `${expression} is empty for the host ${host}`, {
        source: group.key.source,
        hint: 'give default_value, or leave strict out',
      })
    return
  }
  const parent = attempt(
    () => parentName(group, keying),
    () => ({ what: `could not make the parent group of ${expression} for the host ${host}`, node: group.parent ?? group.node }),
  )
  if (parent === undefined) return
  for (const name of stand !== undefined ? [stand] : namesOf(key, group, expression)) {
    const separator = group.prefix === '' && !keying.leadingSeparator ? '' : group.separator
    const made = safeGroupName(`${group.prefix}${separator}${name}`)
    groups.addHost(host, made)
    if (parent !== '' && !groups.addChild(safeGroupName(parent), made))
      throw new RunnerError('inventory', `the group "${made}" would contain itself`, { source: group.node.source })
  }
}

/** An empty text where the groups have no parent. */
function parentName({ parent }: KeyedGroup, { engine, scope }: Keying): string {
  if (parent === undefined || parent.value === null) return ''
  const name = engine.render(parent.value, scope)
  return name === null || name instanceof Omit ? '' : str(revealed(name))
}

function namesOf(key: Value, group: KeyedGroup, expression: string): readonly string[] {
  if (typeof key === 'string') return [key]
  if (isList(key)) return key.map((item) => (isEmpty(item) && group.default !== undefined ? group.default : str(item)))
  const { separator, trailingSeparator } = group
  if (isRecord(key))
    return Object.entries(key).map(([name, value]) => {
      if (!isEmpty(value)) return `${name}${separator}${str(value)}`
      if (group.default !== undefined) return `${name}${separator}${group.default}`
      return trailingSeparator ? `${name}${separator}${str(value)}` : name
    })
  throw new RunnerError('inventory', `${expression} must be a text, a list or a mapping to name groups, not ${str(key)}`, {
    source: group.key.source,
    hint: 'make it a text: (… | string)',
  })
}

function isEmpty(value: Value): boolean {
  return value === null || value === ''
}

function isFalsy(value: Value): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true
  return isList(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0
}

function revealed(value: Value): Value {
  if (value instanceof Secret) return value.reveal()
  if (!(value instanceof LazyRecord)) return value
  return Object.fromEntries([...value.keys()].map((name) => [name, value.get(name) ?? null]))
}
