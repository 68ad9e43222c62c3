import { isRecord, Template } from '../base/value.ts'
import type { VarLayer } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { findAction, structureName } from './_action.ts'
import { readArgs } from './_args.ts'
import { BLOCK_KEYWORDS, type Entries, refuseUnknown } from './_attributes.ts'
import { checkArgs } from './_check-args.ts'
import { type Compiler, collecting, type Frame, syntaxError } from './_compiler.ts'
import { findSpec } from './_find-module.ts'
import { inheritable, readKeywords } from './_keywords.ts'
import { compileStructure } from './_structure.ts'
import { readVars } from './_vars.ts'
import { refuseMeta } from './meta.ts'
import type { BlockStep, Keywords, Step, TaskStep } from './types.ts'

/** A list of tasks, blocks and includes as steps; static imports are replaced by what they import. All errors of the list are noted. */
export async function compileSteps(compiler: Compiler, list: Node | undefined, frame: Frame): Promise<readonly Step[]> {
  if (list === undefined || list.value === null) return []
  if (list.items === undefined) throw syntaxError('a list of tasks is expected', list.source, 'begin each task with a dash')
  const steps: Step[] = []
  for (const node of list.items) steps.push(...(await collecting(compiler, () => compileStep(compiler, node, frame), [])))
  return steps
}

const MAPPING = 'Using a mapping for `action` is deprecated.'

/** One entry of a list of tasks. */
export async function compileStep(compiler: Compiler, node: Node, frame: Frame): Promise<readonly Step[]> {
  if (node.value === null) return []
  const { entries } = node
  if (entries === undefined) throw syntaxError('a task must be a mapping', node.source, 'write - name: … and the module below it')
  if (['block', 'rescue', 'always'].some((key) => entries.has(key))) return [await compileBlock(compiler, node, entries, frame)]
  const written = findAction(entries, node, frame.kind)
  if (written.mapping !== undefined) compiler.warn(MAPPING, written.mapping, 'Use a string value for `action`.', 'deprecation')
  const structure = structureName(written.name)
  const keywords = readKeywords(entries, { compiler, frame })
  const place = { compiler, node, entries, keywords, frame, written }
  return structure === undefined ? [await compileTask(place)] : compileStructure(place, structure)
}

/** A task on its way to a step. */
export interface TaskPlace {
  readonly compiler: Compiler
  readonly node: Node
  readonly entries: Entries
  readonly keywords: Keywords
  readonly frame: Frame
  readonly written: ReturnType<typeof findAction>
}

async function compileTask(place: TaskPlace): Promise<TaskStep> {
  const { compiler, entries, frame, keywords, written } = place
  const action = await findSpec(compiler, written, frame.with({ keywords }))
  const { args, nodes, keys, template } = readArgs(compiler, action, { value: written.args, extra: entries.get('args')?.node })
  const open = template !== undefined || keywords.moduleDefaults.length > 0
  checkArgs(action, { nodes, keys, source: written.source, open })
  for (const [name, node] of nodes) if (!action.rawArgs.includes(name)) compiler.engine.checkSyntax(node.value)
  if (template !== undefined) compiler.engine.checkSyntax(template.value)
  const local = written.local
    ? { ...keywords, delegateTo: keywords.delegateTo ?? { value: 'localhost', source: written.source } }
    : keywords
  const step: TaskStep = {
    kind: 'task',
    ...stepBase(place),
    keywords: local,
    action,
    args,
    argsTemplate: template,
    argNodes: nodes,
    argKeys: keys,
  }
  refuseMeta(step, frame.kind)
  return step
}

/** What all steps of one place share. */
export function stepBase({
  compiler,
  node,
  entries,
  frame,
  keywords,
  written,
}: TaskPlace): Omit<TaskStep, 'kind' | 'action' | 'args' | 'argsTemplate' | 'argNodes' | 'argKeys'> {
  const name = entries.get('name')?.node.value
  if (name instanceof Template) compiler.engine.checkSyntax(name)
  if (isRecord(name) || Array.isArray(name)) throw syntaxError('the name of a task must be a text', node.source)
  const id = compiler.ids.next++
  const listen = entries.get('listen')?.node
  if (listen !== undefined)
    compiler.topics.set(
      id,
      (listen.items ?? [listen]).map((item) => item.value),
    )
  return {
    id,
    actionKey: { name: written.name, source: written.source },
    name: name ?? undefined,
    source: node.source,
    keywords,
    role: frame.role,
    layers: withVars(frame.layers, entries, 'task'),
    file: frame.file,
    parents: frame.parents,
  }
}

/** The layers of an inner place: the outer ones and its own `vars`. */
export function withVars(layers: readonly VarLayer[], entries: Entries, what: 'task' | 'block'): readonly VarLayer[] {
  const vars = readVars(entries.get('vars')?.node, what === 'task' ? 'Task' : 'Block')
  return vars.size === 0 ? layers : [...layers, { layer: what === 'task' ? 'task vars' : 'block vars', vars }]
}

async function compileBlock(compiler: Compiler, node: Node, entries: Entries, frame: Frame): Promise<BlockStep> {
  if (frame.kind === 'handlers')
    throw syntaxError('a block cannot be a handler', node.source, 'notify the tasks one by one, or include a file of tasks')
  refuseUnknown(entries, BLOCK_KEYWORDS, 'Block')
  if (!entries.has('block')) throw syntaxError("'rescue' and 'always' need a 'block' beside them", node.source)
  const keywords = readKeywords(entries, { compiler, frame })
  const inner = frame.with({ keywords: inheritable(keywords), layers: withVars(frame.layers, entries, 'block') })
  const part = (name: string): Promise<readonly Step[]> => compileSteps(compiler, entries.get(name)?.node, inner)
  return {
    kind: 'block',
    id: compiler.ids.next++,
    actionKey: { name: 'block', source: node.source },
    name: entries.get('name')?.node.value ?? undefined,
    source: node.source,
    keywords,
    role: frame.role,
    layers: inner.layers,
    file: frame.file,
    parents: frame.parents,
    block: await part('block'),
    rescue: await part('rescue'),
    always: await part('always'),
  }
}
