import { z } from 'zod'
import { isRecord, record } from '../../base/value.ts'
import { readArgumentSpec, validateArguments } from '../../plan/argument-spec.ts'
import { argumentError, argumentValues } from '../argument-check.ts'
import { failed, ok } from '../executed.ts'
import { defineAction } from './_define.ts'

/** Checks variables against a role's `argument_specs`. */
export const validateArgumentSpec = defineAction({
  name: 'validate_argument_spec',
  args: z.strictObject({
    argument_spec: z.unknown(),
    provided_arguments: z.unknown().optional(),
    validate_args_context: z.unknown().optional(),
  }),
  rawArgs: ['argument_spec'],
  run(task, args) {
    const spec = readArgumentSpec(task.step.argNodes.get('argument_spec'))
    const { engine } = task.play.run.options
    const provided = args.get('provided_arguments')
    const values = { ...argumentValues(spec, task.scope, engine), ...(provided !== undefined && isRecord(provided) ? provided : {}) }
    const errors = validateArguments(spec, values)
    if (errors.length === 0)
      return ok(
        record([
          ['msg', 'The arg spec validation passed'],
          ['validate_args_context', args.get('validate_args_context') ?? null],
        ]),
      )
    const error = argumentError(task.step.role?.name ?? 'variables', errors, task.scope)
    const data = record([
      ['argument_errors', errors.map(({ message }) => message)],
      ['argument_spec_data', args.get('argument_spec') ?? null],
      ['validate_args_context', args.get('validate_args_context') ?? null],
    ])
    return failed(`Validation of arguments failed:\n${errors.map(({ message }) => message).join('\n')}`, data, error)
  },
})
