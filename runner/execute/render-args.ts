import { during, RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { emptyRecord, findUnknown, isList, isRecord, Omit, Secret, toPlain, Unknown, type Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import { type ArgumentIssue, canonicalName, type Validated, validateArgs } from '../module/validate.ts'
import type { IncludeStep, ModuleGroup, TaskStep } from '../plan/types.ts'
import type { TaskRun } from './task-run.ts'

/** A task's arguments with every template resolved: as Values, before the schema has seen them. */
export type RenderedArgs = ReadonlyMap<string, Value>

/**
 * Renders `module_defaults`, `args:` and the task's own arguments, the later winning. Raw arguments of an action (an
 * expression that it evaluates itself) are passed on untouched.
 */
export function renderArgs(task: TaskRun): RenderedArgs {
  const { step, scope } = task
  const { engine } = task.play.run.options
  const args = new Map<string, Value>()
  const put = (name: string, value: Value, own: boolean): void => {
    const raw = own && step.action.rawArgs.includes(name)
    const rendered = raw ? value : resolvedArgument(step, name, () => engine.render(value, scope))
    if (rendered instanceof Omit) args.delete(name)
    else args.set(name, rendered)
  }
  for (const [name, value] of moduleDefaults(task)) put(name, value, false)
  if (step.argsTemplate !== undefined) {
    const value = engine.render(step.argsTemplate.value, scope)
    if (!isRecord(value))
      throw new RunnerError('argument', 'the arguments of a task must be a mapping', { source: step.argsTemplate.source })
    for (const [name, item] of Object.entries(value)) put(canonicalName(step.action, name), item, false)
  }
  for (const [name, entry] of step.args) put(name, entry.value, true)
  return args
}

/** An argument's value; an error tells which task and which argument it was for. */
export function resolvedArgument(step: TaskStep | IncludeStep, name: string, render: () => Value): Value {
  try {
    return render()
  } catch (error) {
    const shown = step.kind === 'include' && name === 'file' && step.what === 'tasks' ? '_raw_params' : name
    const value = { message: `Error while resolving value for '${shown}'.`, source: step.argNodes.get(name)?.source }
    throw during(during(error, value), {
      message: `Finalization of task args for '${fullName(step)}' failed.`,
      source: step.actionKey.source,
    })
  }
}

/** The action's name with its namespace, as messages tell it. */
export function fullName(step: TaskStep | IncludeStep): string {
  if (step.kind === 'include') return `ansible.builtin.include_${step.what}`
  return step.action.module?.fqcn?.[0] ?? `ansible.builtin.${step.action.name}`
}

/** The defaults of the groups that the module belongs to, then its own; a mapping further in stands for the outer one of the same name. */
function moduleDefaults(task: TaskRun): ReadonlyMap<string, Value> {
  const { action, keywords } = task.step
  const names = [action.name, `ansible.builtin.${action.name}`, `ansible.legacy.${action.name}`, ...(action.module?.fqcn ?? [])]
  const ofGroups = new Map<string, Value>()
  let own: Value = null
  for (const { node, groups } of keywords.moduleDefaults) {
    const value = task.play.run.options.engine.render(node.value, task.scope)
    if (!isRecord(value)) continue
    for (const [key, defaults] of Object.entries(value)) {
      if (names.includes(key)) own = defaults
      else if (isMember(groups.get(key), names)) ofGroups.set(key, defaults)
    }
  }
  const all = new Map<string, Value>()
  for (const defaults of [...ofGroups.values(), own])
    if (isRecord(defaults)) for (const [key, item] of Object.entries(defaults)) all.set(canonicalName(action, key), item)
  return all
}

function isMember(group: ModuleGroup | undefined, names: readonly string[]): boolean {
  if (group === undefined) return false
  return names.some((name) => group.names.has(name) || group.collections.has(name.split('.').slice(0, 2).join('.')))
}

/** The first Unknown among the arguments, with the argument's name. */
export function unknownArgument(args: RenderedArgs): Unknown | undefined {
  for (const [name, value] of args) {
    const found = findUnknown(value)
    if (found !== undefined) return new Unknown(`argument '${name}' depends on what is not known yet: ${found.reason}`)
  }
  return undefined
}

/**
 * The arguments as the schema types them.
 * @throws RunnerError `argument` at the place of the value that is wrong.
 */
export function typedArgs(task: TaskRun, args: RenderedArgs): unknown {
  const validated = validateWithSecrets(task, args)
  if (validated.ok) return validated.args
  const [issue] = validated.issues
  if (issue === undefined) throw new RunnerError('bug', `${task.step.action.name}: the schema refused without a reason`)
  throw new RunnerError('argument', issue.message, {
    source: issueSource(task, issue),
    hint: issue.hint,
    trace: validated.issues.slice(1).map((other) => `also: ${other.message}`),
  })
}

/** A Secret stays one where the schema takes it; an argument whose schema wants a plain text gets its text. */
function validateWithSecrets(task: TaskRun, args: RenderedArgs): Validated {
  const plain: Record<string, unknown> = emptyRecord()
  const guarded = new Set<string>()
  for (const [name, value] of args) {
    plain[name] = toPlain(value, 'keep')
    if (holdsSecret(value)) guarded.add(name)
  }
  for (;;) {
    const validated = validateArgs(task.step.action, plain)
    if (validated.ok) return validated
    const refused = new Set(validated.issues.map((issue) => String(issue.path[0])))
    const opened = [...guarded].filter((name) => refused.has(name))
    if (opened.length === 0) return validated
    for (const name of opened) {
      guarded.delete(name)
      plain[name] = toPlain(args.get(name) ?? null, 'reveal')
    }
  }
}

function holdsSecret(value: Value): boolean {
  if (isList(value)) return value.some(holdsSecret)
  return value instanceof Secret || (isRecord(value) && Object.values(value).some(holdsSecret))
}

export function issueSource(task: TaskRun, issue: ArgumentIssue): Source {
  const [name, ...rest] = issue.path
  const node = task.step.argNodes.get(String(name))
  return (node === undefined ? undefined : descend(node, rest).source) ?? task.step.source
}

function descend(node: Node, path: readonly (string | number)[]): Node {
  const [first, ...rest] = path
  if (first === undefined) return node
  const inner = typeof first === 'number' ? node.items?.[first] : node.entries?.get(first)?.node
  return inner === undefined ? node : descend(inner, rest)
}
