import { located, RunnerError } from '../../base/error.ts'
import type { Source } from '../../base/source.ts'
import { Secret, Template } from '../../base/value.ts'
import type { Unit } from '../compile/unit.ts'
import type { TemplateHost } from '../engine.ts'
import { type Binding, originLine, type Scope } from '../scope.ts'
import { limit } from './errors.ts'
import type { Frame } from './frame.ts'
import { isValList, isValRecord, newRecord, Tuple, Undefined, type Val } from './types.ts'
import { hasTemplates } from './values.ts'

/** What a render may ask of the engine that runs it. */
export interface Renderer {
  readonly host: TemplateHost
  /** A template's value, not yet finished: undefined things inside it do not throw until they are used. */
  renderTemplate(template: Template, run: Run): Val
  readonly globals: ReadonlyMap<string, (run: Run) => Val>
  filter(name: string): FilterFunction | undefined
  test(name: string): FilterFunction | undefined
  /** "did you mean …?" for a name that there is not. */
  similar(kind: 'filter' | 'test', name: string): string | undefined
  /** A file of the templates folders; undefined where there is none. */
  loadTemplate(name: string, run: Run): LoadedTemplate | undefined
}

/** A filter or test after its arguments were evaluated. */
export type FilterFunction = (
  input: Val,
  args: { readonly positional: readonly Val[]; readonly named: ReadonlyMap<string, Val> },
  run: Run,
) => Val

/** A template file that another one includes, imports or extends; it runs in a frame of its own. */
export interface LoadedTemplate {
  readonly run: (frame: Frame, out: Val[]) => unknown
  readonly unit: Unit
}

const MAX_TICKS = 20_000_000
const MAX_MILLISECONDS = 60_000
const MAX_VARIABLES = 120

/** One call of the engine: its scope, its bounds and the variables it is in the middle of. */
export class Run {
  readonly scope: Scope
  readonly renderer: Renderer
  /** Lists and dicts made by this run, which `append` and its like may change. */
  readonly owned = new WeakSet()
  /** Blocks that a template which extends this one has replaced. */
  readonly blocks = new Map<string, (frame: Frame, out: Val[]) => 'break' | 'continue' | undefined>()
  readonly #active: { readonly template: Template; readonly name: string | undefined }[] = []
  readonly #plain: WeakSet<object>
  #ticks = 0
  #deadline = 0

  constructor(scope: Scope, renderer: Renderer, plain: WeakSet<object>) {
    this.scope = scope
    this.renderer = renderer
    this.#plain = plain
  }

  /** Counts a step of a loop or call against the bounds. */
  tick(): void {
    this.#ticks += 1
    if ((this.#ticks & 1023) !== 0) return
    const now = Date.now()
    if (this.#deadline === 0) this.#deadline = now + MAX_MILLISECONDS
    if (this.#ticks > MAX_TICKS || now > this.#deadline) limit('a template runs for too long')
  }

  /** A variable with its Templates rendered at the top level; deeper ones are rendered when they are read. */
  variable(name: string): Val | undefined {
    const binding = this.scope.get(name)
    if (binding === undefined) return undefined
    const { value, deprecated } = binding
    if (deprecated !== undefined)
      this.renderer.host.warn(deprecated.message, this.#active[0]?.template.start, 'deprecation', deprecated.hint)
    if (value instanceof Template) return this.#rendered(value, name, binding)
    if (value instanceof Secret) this.renderer.host.onSecret(value)
    return value
  }

  /** The error, telling also where the variable that it is about came from. */
  told(error: unknown, name: string): unknown {
    const binding = this.scope.get(name)
    return binding?.source === undefined ? error : traced(error, name, binding)
  }

  /** The value with every Template inside rendered. */
  resolve(value: Val): Val {
    if (value === null || typeof value !== 'object') return value
    if (value instanceof Template) return this.resolve(this.#rendered(value, undefined, undefined))
    if (value instanceof Secret) this.renderer.host.onSecret(value)
    if (!isValList(value) && !isValRecord(value)) return value
    if (this.#plain.has(value)) return value
    if (!hasTemplates(value)) {
      if (!this.owned.has(value)) this.#plain.add(value)
      return value
    }
    if (isValList(value)) {
      const items = value.map((item) => this.resolve(item))
      return value instanceof Tuple ? Tuple.make(items) : items
    }
    return newRecord(Object.entries(value).map(([key, item]) => [key, this.resolve(item)] as const))
  }

  /** A member that was just read: rendered if it is a Template. */
  shallow(value: Val): Val {
    if (value instanceof Template) return this.#rendered(value, undefined, undefined)
    if (value instanceof Secret) this.renderer.host.onSecret(value)
    return value
  }

  secret(text: string): Secret {
    const secret = new Secret(text)
    this.renderer.host.onSecret(secret)
    return secret
  }

  #rendered(template: Template, name: string | undefined, binding: Binding | undefined): Val {
    const told = (error: unknown): unknown => {
      const inside = originated(error, template.start)
      return binding === undefined || name === undefined ? inside : traced(inside, name, binding)
    }
    this.#enter(template, name)
    try {
      const value = this.renderer.renderTemplate(template, this)
      if (!(value instanceof Undefined)) return value
      return new Undefined(() => asRunnerError(told(value.error())), value.silent)
    } catch (error) {
      throw told(error)
    } finally {
      this.#active.pop()
    }
  }

  #enter(template: Template, name: string | undefined): void {
    if (this.#active.some((other) => other.template === template)) {
      const names = [...this.#active, { template, name }].flatMap((entry) => entry.name ?? [])
      throw new RunnerError('template', `recursive loop detected in template: ${names.join(' -> ')}`, {
        source: template.source,
        hint: 'a variable is made of itself; give one of them another name',
      })
    }
    if (this.#active.length > MAX_VARIABLES) limit('variables are nested too deeply in one another')
    this.#active.push({ template, name })
  }
}

/** The error with the value that it happened in, if that is not known yet: the innermost one wins. */
export function originated(error: unknown, origin: Source | undefined): unknown {
  return error instanceof RunnerError && error.origin === undefined && origin !== undefined ? error.with({ origin }) : error
}

function asRunnerError(error: unknown): RunnerError {
  return located(error, undefined)
}

function traced(error: unknown, name: string, binding: Binding): unknown {
  if (!(error instanceof RunnerError) || error.code === 'limit') return error
  return error.with({ trace: [...error.trace, originLine(name, binding)] })
}
