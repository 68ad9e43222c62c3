import { z } from 'zod'
import { isList, record, type Value } from '../../base/value.ts'
import { gatherFacts } from '../../host/facts.ts'
import { float, list, str } from '../../module/args.ts'
import { ok } from '../executed.ts'
import { targetOf } from '../module-task.ts'
import { defineAction } from './_define.ts'

/** Gathers facts: one round trip, POSIX sh only. */
export const setup = defineAction({
  name: 'setup',
  args: z.strictObject({
    gather_subset: list(str()).optional(),
    gather_timeout: float().optional(),
    filter: list(str()).optional(),
    fact_path: z.string().optional(),
  }),
  async run(task, args) {
    const target = targetOf(task)
    const session = await task.play.run.options.pool.session(target.settings, target.become)
    const factPath = args.get('fact_path')
    const facts = await gatherFacts(session, {
      subsets: strings(args.get('gather_subset') ?? 'all'),
      now: Date.now(),
      signal: task.signal,
      ...(typeof factPath === 'string' ? { factPath } : {}),
    })
    const filters = strings(args.get('filter') ?? '*')
    const kept = Object.entries(facts)
      .filter(([name]) => PLAIN.has(name) || filters.some((pattern) => matches(pattern, name)))
      .map(([name, value]) => [PLAIN.has(name) ? name : `ansible_${name}`, value] as const)
    task.delegate.factsGathered = true
    return { ...ok(record([['ansible_facts', record(kept)]])), display: 'never' }
  },
})

/** What tells of the gathering itself has no prefix. */
const PLAIN = new Set(['gather_subset', 'module_setup'])

function strings(value: Value): readonly string[] {
  if (isList(value)) return value.map(String)
  return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : []
}

/** A shell-style pattern over a fact's name, with or without `ansible_`. */
function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const regexp = new RegExp(`^${source}$`)
  return regexp.test(name) || regexp.test(`ansible_${name}`)
}
