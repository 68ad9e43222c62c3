import type { TaskRef } from '../base/event.ts'
import type { TaskResult } from '../base/result.ts'
import { emptyRecord, isList, isRecord, type Value, type ValueRecord } from '../base/value.ts'
import { dumpYaml } from '../template/filters/yaml-dump.ts'
import { isDebug } from './_result-lines.ts'
import { pythonJson } from './python-json.ts'

export interface ResultFormat {
  readonly verbosity: number
  readonly format: 'json' | 'yaml'
  readonly pretty: boolean | undefined
  /** Blanks of one level; default 4. */
  readonly indent?: number | undefined
  /** All of what `debug` gives, not its text alone. */
  readonly whole?: boolean | undefined
}

/** Whether a result's JSON stands behind its line. */
export function showsResult(result: TaskResult, verbosity: number): boolean {
  return result.display === 'never' ? false : result.display === 'always' || verbosity > 0
}

const HIDDEN_OF_ALL = new Set(['failed', 'skipped', 'exception', 'warnings', 'deprecations', 'results'])
const HIDDEN_OF_DEBUG = new Set(['changed', 'skip_reason', 'ansible_loop_var', 'ansible_index_var', 'ansible_loop', 'invocation'])

/** A result as ansible prints it: without what its status says, with nothing but the text of `debug`. */
export function resultText(task: TaskRef, result: TaskResult, how: ResultFormat): string {
  const { verbosity, format, whole = false } = how
  const kept = Object.entries(result.data).filter(
    ([key]) => (whole ? !isHidden(key) : isShown(key, task, result.data)) && (verbosity > 2 || (key !== 'diff' && key !== 'invocation')),
  )
  const data: Record<string, Value> = emptyRecord()
  for (const [key, value] of kept) data[key] = withoutInternal(value)
  return format === 'yaml' ? yamlText(data, how) : jsonText(data, result, how)
}

function jsonText(data: ValueRecord, { display }: TaskResult, { verbosity, pretty, indent = 4 }: ResultFormat): string {
  const forced = display === 'always' || verbosity > 2
  if (!(pretty ?? forced)) return pythonJson(data)
  return pythonJson(data, { indent: forced ? 4 : indent })
}

/** Readable before exact, unless `pretty_results` says no: blocks for texts of several lines, nothing twice. */
function yamlText(data: Record<string, Value>, { pretty }: ResultFormat): string {
  const lossy = pretty !== false
  if (lossy)
    for (const stream of ['stdout', 'stderr'])
      if (Object.hasOwn(data, stream) && Object.hasOwn(data, `${stream}_lines`)) data[`${stream}_lines`] = '<omitted>'
  const text = dumpYaml(data, {
    indent: lossy ? 4 : 2,
    flow: 'never',
    sortKeys: true,
    width: 80,
    blocks: lossy ? 'lossy' : 'exact',
  })
  return `\n${text.replace(/^(?=.*\S)/gm, '    ')}`
}

function isShown(key: string, task: TaskRef, data: ValueRecord): boolean {
  if (isHidden(key)) return false
  if (!isDebug(task)) return true
  return Object.hasOwn(data, 'msg') ? key === 'msg' : !HIDDEN_OF_DEBUG.has(key)
}

function isHidden(key: string): boolean {
  return HIDDEN_OF_ALL.has(key) || key.startsWith('_ansible_')
}

function withoutInternal(value: Value): Value {
  if (isList(value)) return value.map(withoutInternal)
  if (!isRecord(value)) return value
  const out: Record<string, Value> = emptyRecord()
  for (const [key, item] of Object.entries(value)) if (!key.startsWith('_ansible_')) out[key] = withoutInternal(item)
  return out
}
