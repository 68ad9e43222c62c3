import type { Node } from '../load/node.ts'
import { type Compiler, collecting, type Frame, syntaxError } from './_compiler.ts'
import { compileStep } from './_steps.ts'
import type { HandlerStep } from './types.ts'

/** Handlers of a play or a role, in order; the tasks of an import are handlers of their own. */
export async function compileHandlers(compiler: Compiler, list: Node | undefined, frame: Frame): Promise<readonly HandlerStep[]> {
  if (list === undefined || list.value === null) return []
  if (list.items === undefined) throw syntaxError('a list of handlers is expected', list.source, 'begin each handler with a dash')
  const handlers: HandlerStep[] = []
  const id = compiler.ids.next++
  for (const node of list.items)
    handlers.push(...(await collecting(compiler, () => compileHandler(compiler, node, { frame, list: id }), [])))
  return handlers
}

interface Place {
  readonly frame: Frame
  readonly list: number
}

async function compileHandler(compiler: Compiler, node: Node, { frame, list }: Place): Promise<readonly HandlerStep[]> {
  const steps = await compileStep(compiler, node, frame)
  return steps.flatMap((step) =>
    step.kind === 'block' ? [] : [{ name: step.name, list, listen: compiler.topics.get(step.id) ?? [], role: frame.role, step }],
  )
}
