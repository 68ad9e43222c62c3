import { isRecord } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { LOOKUPS } from '../template/lookups/index.ts'
import { type Entries, unknownKeyword } from './_attributes.ts'
import { syntaxError } from './_compiler.ts'
import type { LoopKeyword } from './types.ts'

const CONTROL = ['break_when', 'extended', 'extended_allitems', 'index_var', 'label', 'loop_var', 'pause']

/** The loop of a task: `loop` or one `with_…`, and its control; undefined where there is none. */
export function readLoop(entries: Entries, engine: TemplateEngine): LoopKeyword | undefined {
  let found: LoopKeyword | undefined
  for (const [name, { key, node }] of entries) {
    if (name !== 'loop' && !name.startsWith('with_')) continue
    if (found !== undefined) throw syntaxError('a task has only one loop', key, 'remove one of loop and with_…')
    const kind = name === 'loop' ? 'loop' : name.slice('with_'.length)
    if (kind !== 'loop' && !LOOKUPS.has(kind))
      throw unknownKeyword(
        name,
        key,
        [...LOOKUPS.keys()].map((known) => `with_${known}`),
        'Task',
      )
    engine.checkSyntax(node.value)
    found = { kind, expression: node, control: undefined }
  }
  const control = entries.get('loop_control')?.node
  if (control !== undefined) checkControl(control, engine)
  return found === undefined ? undefined : { ...found, control }
}

function checkControl(control: Node, engine: TemplateEngine): void {
  if (!isRecord(control.value)) throw syntaxError('the `loop_control` value must be specified as a dictionary', control.source)
  for (const [name, { key }] of control.entries ?? []) if (!CONTROL.includes(name)) throw unknownKeyword(name, key, CONTROL, 'LoopControl')
  const { break_when: ending, ...rest } = Object.fromEntries([...(control.entries ?? [])].map(([name, { node }]) => [name, node] as const))
  for (const node of Object.values(rest)) engine.checkSyntax(node.value)
  if (ending !== undefined) for (const part of ending.items ?? [ending]) engine.checkCondition(part.value, part.source)
}

/** Whether a task's entries hold a loop of any form. */
export function loopKey(entries: Entries): string | undefined {
  return [...entries.keys()].find((name) => name === 'loop' || name.startsWith('with_'))
}
