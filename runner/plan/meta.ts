import { toPlain } from '../base/value.ts'
import { syntaxError } from './_compiler.ts'
import type { TaskStep } from './types.ts'

/** What a `meta` task says. */
export function metaWord(step: Pick<TaskStep, 'args'>): string {
  return String(toPlain(step.args.get('free_form')?.value ?? ''))
}

/** @throws RunnerError `syntax` for a `meta` that has no meaning where it stands */
export function refuseMeta(step: TaskStep, kind: 'tasks' | 'handlers'): void {
  if (step.action.name !== 'meta') return
  const word = metaWord(step)
  if (kind === 'handlers' && word === 'flush_handlers') throw syntaxError('flush_handlers cannot be used as a handler', step.source)
  if (word !== 'end_role') return
  if (kind === 'handlers') throw syntaxError("Cannot execute 'end_role' from a handler", step.source)
  if (step.role === undefined)
    throw syntaxError("Cannot execute 'end_role' from outside of a role", step.source, 'end_host ends the play for a host')
}
