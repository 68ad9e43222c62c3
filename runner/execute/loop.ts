import { RunnerError } from '../base/error.ts'
import { isList, isRecord, record, Template, Unknown, type Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import type { LoopKeyword } from '../plan/types.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { typeName } from '../template/runtime/text.ts'
import { originLine, type Scope } from '../template/scope.ts'

/** A loop as one host runs it. */
export interface Loop {
  readonly items: readonly Value[]
  readonly variable: string
  readonly indexVariable: string | undefined
  readonly extended: boolean
  readonly extendedAllItems: boolean
  readonly label: Value | undefined
  /** Seconds between items. */
  readonly pause: number
  readonly breakWhen: Node | undefined
}

/** @throws RunnerError where the loop's list is undefined or not a list; returns the Unknown where check mode cannot tell it. */
export function evaluateLoop(keyword: LoopKeyword, scope: Scope, engine: TemplateEngine): Loop | Unknown {
  const items = loopItems(keyword, scope, engine)
  if (items instanceof Unknown) return items
  const control = keyword.control === undefined ? undefined : keyword.control.entries
  const text = (name: string): string | undefined => {
    const node = control?.get(name)?.node
    const value = node === undefined ? undefined : engine.render(node.value, scope)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const plain = (name: string): Value => {
    const node = control?.get(name)?.node
    return node === undefined ? null : engine.render(node.value, scope)
  }
  return {
    items,
    variable: text('loop_var') ?? 'item',
    indexVariable: text('index_var'),
    extended: plain('extended') === true,
    extendedAllItems: plain('extended_allitems') !== false,
    label: control?.get('label')?.node.value,
    pause: Number(plain('pause') ?? 0),
    breakWhen: control?.get('break_when')?.node,
  }
}

function loopItems(keyword: LoopKeyword, scope: Scope, engine: TemplateEngine): readonly Value[] | Unknown {
  const { kind, expression } = keyword
  if (kind !== 'loop') {
    const terms = engine.render(expression.value, scope)
    return terms instanceof Unknown ? terms : engine.lookup(kind, terms, scope)
  }
  const value = engine.render(expression.value, scope)
  if (isList(value) || value instanceof Unknown) return value
  throw new RunnerError('template', `The \`loop\` value must resolve to a 'list', not '${typeName(value)}'.`, {
    source: expression.source,
    trace: originOf(expression.value, scope),
    hint: isRecord(value)
      ? "a mapping becomes a list with the filter 'dict2items'"
      : 'of one element a list is made by [ ]; a lookup gives a list as query(…) or with wantlist=True',
    help: 'Provide a list of items/templates, or a template resolving to a list.',
  })
}

/** Where the variable came from, where the list is just one: `loop: "{{ names }}"`. */
function originOf(value: Value, scope: Scope): readonly string[] {
  const name = value instanceof Template ? /^\{\{\s*(\w+)\s*\}\}$/.exec(value.text.trim())?.[1] : undefined
  const binding = name === undefined ? undefined : scope.get(name)
  return name === undefined || binding?.source === undefined ? [] : [originLine(name, binding)]
}

/** What a turn is called: the item itself, or its `label`. */
export function itemLabel(loop: Loop, item: Value, scope: Scope, engine: TemplateEngine): Value {
  const { label } = loop
  return label === undefined || label === null || label === '' ? item : engine.render(label, scope)
}

/** The variables of one turn: the item, its index, `ansible_loop`. */
export function itemVariables(loop: Loop, index: number, item: Value): ReadonlyMap<string, Value> {
  const vars = new Map<string, Value>([
    [loop.variable, item],
    ['ansible_loop_var', loop.variable],
  ])
  if (loop.indexVariable !== undefined) {
    vars.set(loop.indexVariable, index)
    vars.set('ansible_index_var', loop.indexVariable)
  }
  if (loop.extended) vars.set('ansible_loop', extendedVariables(loop, index))
  return vars
}

function extendedVariables(loop: Loop, index: number): Value {
  const length = loop.items.length
  const entries: [string, Value][] = [
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
  ]
  if (loop.extendedAllItems) entries.push(['allitems', loop.items])
  if (index > 0) entries.push(['previtem', loop.items[index - 1] ?? null])
  if (index < length - 1) entries.push(['nextitem', loop.items[index + 1] ?? null])
  return record(entries)
}
