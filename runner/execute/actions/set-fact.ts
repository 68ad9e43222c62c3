import { RunnerError } from '../../base/error.ts'
import { record, Template, toPlain, type Value } from '../../base/value.ts'
import { hasTemplate } from '../../load/text.ts'
import { failed, ok } from '../executed.ts'
import { factOwner } from '../facts.ts'
import { warnIfReserved } from '../reserved.ts'
import type { TaskRun } from '../task-run.ts'
import { anyArgs, defineAction } from './_define.ts'

/** Sets variables of the host for the rest of the run; with `cacheable` they are facts too. */
export const setFact = defineAction({
  name: 'set_fact',
  args: anyArgs,
  run(task, args) {
    const facts = [...args].filter(([name]) => name !== 'cacheable').map(([name, value]) => [factName(task, name), value] as const)
    if (facts.length === 0)
      return { ...failed('No key/value pairs provided, at least one is required for this action to succeed'), failedBy: 'message' }
    const owner = factOwner(task)
    for (const [name, value] of facts) {
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw new RunnerError('variable', `Invalid variable name '${name}'.`, {
          source: task.step.argKeys.get(name) ?? task.step.source,
          help: 'Variable names must be strings starting with a letter or underscore character, and contain only letters, numbers and underscores.',
        })
      warnIfReserved(task.play.run, name, task.step.argKeys.get(name))
      owner.assigned.set(name, { value, source: task.step.argNodes.get(name)?.source ?? task.step.source })
    }
    if (isYes(args.get('cacheable'))) owner.addFacts(record(facts))
    return ok(record([['ansible_facts', record(facts)]]))
  },
})

/** A rare case of a name that may be a template: `dyn_{{ inventory_hostname }}`. */
function factName(task: TaskRun, name: string): string {
  if (!hasTemplate(name)) return name
  const rendered = task.play.run.options.engine.render(new Template(name, task.step.argNodes.get(name)?.source), task.scope)
  return typeof rendered === 'string' ? rendered : name
}

function isYes(value: Value | undefined): boolean {
  return value !== undefined && ['true', 'yes', 'on', '1', 'y', 't'].includes(String(toPlain(value)).toLowerCase())
}
