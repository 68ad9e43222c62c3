import type { TaskRef } from '../base/event.ts'
import type { TaskResult } from '../base/result.ts'
import { emptyRecord, isList, isRecord, type Value, type ValueRecord } from '../base/value.ts'
import { pythonJson } from './_python-json.ts'
import { isDebug } from './_result-lines.ts'

export interface ResultFormat {
  readonly verbosity: number
  readonly format: 'json' | 'yaml'
  readonly pretty: boolean | undefined
}

/** Whether a result's JSON stands behind its line. */
export function showsResult(result: TaskResult, verbosity: number): boolean {
  return result.display === 'never' ? false : result.display === 'always' || verbosity > 0
}

const HIDDEN_OF_ALL = new Set(['failed', 'skipped', 'exception', 'warnings', 'deprecations', 'results'])
const HIDDEN_OF_DEBUG = new Set(['changed', 'skip_reason', 'ansible_loop_var', 'ansible_index_var', 'ansible_loop', 'invocation'])

/** A result as ansible prints it: without what its status says, with nothing but the text of `debug`. */
export function resultJson(task: TaskRef, result: TaskResult, { verbosity, pretty }: ResultFormat): string {
  const kept = Object.entries(result.data).filter(
    ([key]) => isShown(key, task, result.data) && (verbosity > 2 || (key !== 'diff' && key !== 'invocation')),
  )
  const data: Record<string, Value> = emptyRecord()
  for (const [key, value] of kept) data[key] = withoutInternal(value)
  const indented = pretty ?? (result.display === 'always' || verbosity > 2)
  return pythonJson(data, indented ? { indent: 4 } : {})
}

function isShown(key: string, task: TaskRef, data: ValueRecord): boolean {
  if (HIDDEN_OF_ALL.has(key) || key.startsWith('_ansible_')) return false
  if (!isDebug(task)) return true
  return Object.hasOwn(data, 'msg') ? key === 'msg' : !HIDDEN_OF_DEBUG.has(key)
}

function withoutInternal(value: Value): Value {
  if (isList(value)) return value.map(withoutInternal)
  if (!isRecord(value)) return value
  const out: Record<string, Value> = emptyRecord()
  for (const [key, item] of Object.entries(value)) if (!key.startsWith('_ansible_')) out[key] = withoutInternal(item)
  return out
}
