import { RunnerError } from '../base/error.ts'
import { formatSource } from '../base/source.ts'
import type { Value } from '../base/value.ts'
import type { ArgumentError, ArgumentSpec } from '../plan/argument-spec.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { originLine, type Scope } from '../template/scope.ts'

/** The values that a role's arguments have for a host; a name that is not set is left out. */
export function argumentValues(spec: readonly ArgumentSpec[], scope: Scope, engine: TemplateEngine): Record<string, Value | undefined> {
  const values: Record<string, Value | undefined> = {}
  for (const { name } of spec) {
    const binding = scope.get(name)
    if (binding !== undefined) values[name] = engine.render(binding.value, scope)
  }
  return values
}

/** As `argumentValues`, without those that need what only the host knows (facts): they are checked when their turn comes. */
export function knownArguments(
  spec: readonly ArgumentSpec[],
  scope: Scope,
  engine: TemplateEngine,
): { values: Record<string, Value | undefined>; spec: readonly ArgumentSpec[] } {
  const values: Record<string, Value | undefined> = {}
  const known = spec.filter(({ name }) => {
    const binding = scope.get(name)
    if (binding === undefined) return true
    try {
      values[name] = engine.render(binding.value, scope)
      return true
    } catch (error) {
      if (error instanceof RunnerError && error.code === 'undefined') return false
      throw error
    }
  })
  return { values, spec: known }
}

/** The first error at the place of the value that is wrong; the others in its trace. */
export function argumentError(role: string, errors: readonly ArgumentError[], scope: Scope): RunnerError | undefined {
  const [first, ...others] = errors
  if (first === undefined) return undefined
  const binding = scope.get(String(first.path[0] ?? ''))
  const declared = `declared at ${formatSource(first.declared)}`
  const origin = binding?.source === undefined ? [] : [originLine(String(first.path[0]), binding)]
  return new RunnerError('argument', `role ${role}: ${first.message}`, {
    source: binding?.source ?? first.declared,
    trace: [...origin, ...(binding?.source === undefined ? [] : [declared]), ...others.map((error) => `also: ${error.message}`)],
  })
}
