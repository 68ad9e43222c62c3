import { RunnerError } from '../base/error.ts'
import { isList, isRecord, Omit, Secret, toPlain, type Value } from '../base/value.ts'
import type { TaskRun } from './task-run.ts'

/** `environment:` of play, blocks and task merged, the inner winning key by key. */
export function environmentOf(task: TaskRun): Readonly<Record<string, string>> {
  const nodes = task.step.keywords.environment
  if (nodes.length === 0) return NONE
  const out: Record<string, string> = {}
  for (const node of nodes)
    merge(
      out,
      task.play.run.options.engine.render(node.value, task.scope),
      () => new RunnerError('variable', 'environment must be a mapping or a list of mappings', { source: node.source }),
    )
  return out
}

const NONE: Readonly<Record<string, string>> = {}

function merge(out: Record<string, string>, value: Value, error: () => RunnerError): void {
  if (value === null || value instanceof Omit) return
  if (isList(value)) for (const item of value) merge(out, item, error)
  else if (isRecord(value)) for (const [name, item] of Object.entries(value)) out[name] = envText(item)
  else throw error()
}

function envText(value: Value): string {
  if (value instanceof Secret) return value.reveal()
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value === null ? '' : typeof value === 'number' ? String(value) : JSON.stringify(toPlain(value, 'reveal'))
}
