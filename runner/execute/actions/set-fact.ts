import { RunnerError } from '../../base/error.ts'
import { record, type Value } from '../../base/value.ts'
import { failed, ok } from '../executed.ts'
import { anyArgs, defineAction } from './_define.ts'

/** Sets variables of the host for the rest of the run; with `cacheable` they are facts too. */
export const setFact = defineAction({
  name: 'set_fact',
  args: anyArgs,
  run(task, args) {
    const facts: [string, Value][] = [...args].filter(([name]) => name !== 'cacheable')
    if (facts.length === 0)
      throw new RunnerError('argument', 'No key/value pairs provided, at least one is required for this action to succeed', {
        source: task.step.source,
      })
    const owner = task.step.keywords.delegateFacts === true ? task.delegate : task.host
    for (const [name, value] of facts) {
      if (!/^[A-Za-z_]\w*$/.test(name))
        return failed(
          `The variable name '${name}' is not valid. Variables must start with a letter or underscore character, and contain only letters, numbers and underscores.`,
        )
      owner.assigned.set(name, { value, source: task.step.argNodes.get(name)?.source ?? task.step.source })
    }
    if (args.get('cacheable') === true) owner.addFacts(record(facts))
    return ok(record([['ansible_facts', record(facts)]]))
  },
})
