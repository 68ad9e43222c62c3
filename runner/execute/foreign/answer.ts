import type { FileDiff } from '../../base/diff.ts'
import { RunnerError } from '../../base/error.ts'
import { escapeRegExp } from '../../base/regexp.ts'
import { isList, isRecord, record, type Value, type ValueRecord } from '../../base/value.ts'
import type { Outcome } from '../../module/change.ts'
import type { ForeignModule } from '../../module/registry.ts'
import { repr } from '../../template/runtime/text.ts'
import { type Executed, failed, ok } from '../executed.ts'
import { linesOf } from '../output-lines.ts'
import type { TaskRun } from '../task-run.ts'
import { printedObject } from './printed.ts'

/** The result that a program has printed, as data: nothing of it is ever rendered. */
export function answerOf(task: TaskRun, foreign: ForeignModule, outcome: Outcome | undefined): Executed {
  if (outcome === undefined) return ok()
  const said = printedObject(outcome.stdout)
  if ('reason' in said) return unreadable(foreign, outcome, said.reason)
  const warn = (message: string): void => {
    task.play.run.warn(message, undefined)
  }
  if (said.junk !== '') warn(`Module invocation had junk after the JSON data: ${said.junk}`)
  const data = cleaned(said.value, warn)
  tellWarnings(data, warn)
  return judged(task, data)
}

function judged(task: TaskRun, data: ValueRecord): Executed {
  const diffs = task.diff ? diffsOf(data['diff'] ?? null) : []
  const changed = isTrue(data['changed'])
  const message = textOf(data['msg'])
  if (isTrue(data['skipped'])) return { status: 'skipped', data: record([...Object.entries(data), ['failed', false]]), message }
  if (hasFailed(data)) {
    const failedBy = data['failed'] === undefined ? 'action' : 'module'
    return { status: 'failed', data: record([...Object.entries(data), ['changed', changed]]), message, failedBy, diffs }
  }
  return { status: changed ? 'changed' : 'ok', data, diffs, changes: changed ? [`run module ${task.step.actionKey.name}`] : [] }
}

/** A result that does not say whether it failed has failed with a code other than 0. */
function hasFailed(data: ValueRecord): boolean {
  const { failed: own, rc } = data
  return own === undefined ? rc !== undefined && rc !== 0 && rc !== '0' : isTrue(own)
}

/** Python's truth. */
function isTrue(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false
  return isList(value) ? value.length > 0 : !isRecord(value) || Object.keys(value).length > 0
}

function textOf(value: Value | undefined): string | undefined {
  return value === undefined ? undefined : typeof value === 'string' ? value : repr(value)
}

const INTERNAL = new Set(['add_host', 'add_group'])

function cleaned(said: ValueRecord, warn: (message: string) => void): ValueRecord {
  const entries: (readonly [string, Value])[] = []
  const { results } = said
  if (results !== undefined && !isList(results)) warn("Found internal 'results' key in module return, renamed to 'ansible_module_results'.")
  for (const [name, value] of Object.entries(said)) {
    if (name === '_ansible_parsed') continue
    if (name.startsWith('_ansible_') || INTERNAL.has(name))
      warn(`Removed unexpected internal key in module return: ${name} = ${repr(value)}`)
    else if (name === 'results' && !isList(value)) entries.push(['ansible_module_results', value])
    else entries.push([name, value])
  }
  return record([...entries, ...lineKeys(said)])
}

function lineKeys(said: ValueRecord): readonly (readonly [string, Value])[] {
  return (['stdout', 'stderr'] as const)
    .filter((name) => name in said && !(`${name}_lines` in said))
    .map((name) => [`${name}_lines`, linesOf(said[name])] as const)
}

function tellWarnings(data: ValueRecord, warn: (message: string) => void): void {
  const warnings = data['warnings']
  if (typeof warnings === 'string') warn(warnings)
  else if (warnings !== undefined && isList(warnings)) for (const warning of warnings) warn(textOf(warning) ?? '')
}

function diffsOf(diff: Value): readonly FileDiff[] {
  if (isList(diff)) return diff.flatMap(diffsOf)
  if (!isRecord(diff)) return []
  const { before, after } = diff
  if (before === undefined || after === undefined) return []
  return [
    {
      beforeName: textOf(diff['before_header']) ?? 'before',
      afterName: textOf(diff['after_header']) ?? 'after',
      before: contentOf(before),
      after: contentOf(after),
    },
  ]
}

function contentOf(value: Value): string {
  return typeof value === 'string' ? value : `${JSON.stringify(value, undefined, 4)}\n`
}

function unreadable({ interpreter: [program = ''] }: ForeignModule, { rc, stdout, stderr }: Outcome, reason: string): Executed {
  const missing =
    program !== '' &&
    new RegExp(`${escapeRegExp(program)}: (?:No such file or directory|not found|command not found)`).test(stdout + stderr)
  const said = missing ? `The module interpreter '${program}' was not found.` : `Module result deserialization failed: ${reason}`
  const advice = `${missing ? 'Consider overriding the configured interpreter path for this host. ' : ''}See stdout/stderr for the returned output.`
  const data = record([
    ['changed', false],
    ['module_stdout', stdout],
    ['module_stderr', stderr],
    ['rc', rc],
  ])
  return failed(said, data, new RunnerError('argument', said, { help: advice, context: [{ message: 'Action failed.' }] }))
}
