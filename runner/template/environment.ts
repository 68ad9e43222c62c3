import { didYouMean } from '../base/did-you-mean.ts'
import { during, RunnerError } from '../base/error.ts'
import type { Source, SourceFile } from '../base/source.ts'
import { Omit, Secret, Template, Unknown, type Value } from '../base/value.ts'
import { Compiler } from './compile/cache.ts'
import { printable } from './compile/statement.ts'
import type { FileOptions, TemplateEngine, TemplateHost } from './engine.ts'
import { fileUnit } from './file.ts'
import { FILTERS } from './filters/index.ts'
import { GLOBALS } from './globals.ts'
import { runLookup } from './lookups/index.ts'
import { Frame } from './runtime/frame.ts'
import { withLastNewlines } from './runtime/newlines.ts'
import { joinTexts } from './runtime/operators.ts'
import { type LoadedTemplate, originated, type Renderer, Run } from './runtime/run.ts'
import { repr, typeName } from './runtime/text.ts'
import { isValList, isValRecord, Undefined, type Val } from './runtime/types.ts'
import { finalize, truthy } from './runtime/values.ts'
import type { Scope } from './scope.ts'
import { TESTS } from './tests/index.ts'

/** The template engine of a run of the product: compiled templates are kept as long as it lives. */
export function createTemplateEngine(host: TemplateHost): TemplateEngine {
  return new Environment(host)
}

class Environment implements TemplateEngine, Renderer {
  readonly host: TemplateHost
  readonly globals = GLOBALS
  readonly #compiler = new Compiler()
  readonly #plain = new WeakSet<object>()
  #depth = 0

  constructor(host: TemplateHost) {
    this.host = host
  }

  render(value: Value, scope: Scope): Value {
    if (value === null || typeof value !== 'object') return value
    if (!(value instanceof Template) && this.#plain.has(value)) return value
    return this.#guarded(() => finalize(this.#run(scope).resolve(value)))
  }

  evaluate(expression: string, scope: Scope, source: Source | undefined): Value {
    return this.#guarded(() => within(source, () => finalize(this.#value(expression, this.#run(scope), source))))
  }

  condition(value: Value, scope: Scope, source: Source | undefined): boolean | Unknown {
    return this.#guarded(() => this.#condition(value, scope, source))
  }

  renderFile(file: SourceFile, scope: Scope, options: FileOptions = {}): string | Secret | Unknown {
    return this.#guarded(() => {
      const { unit, lex, newline, keepTrailingNewline } = fileUnit(file, options)
      const exec = this.#compiler.file(unit, lex)
      const out: Val[] = []
      exec(new Frame(this.#run(scope), unit), out)
      return finished(out, unit.text, keepTrailingNewline, newline)
    })
  }

  lookup(name: string, terms: Value, scope: Scope): readonly Value[] {
    return this.#guarded(() => {
      const run = this.#run(scope)
      const resolved = run.resolve(terms)
      return runLookup(name, isValList(resolved) ? resolved : [resolved], new Map(), run).map(finalize)
    })
  }

  checkSyntax(value: Value): void {
    if (value instanceof Template) this.#compiler.template(value)
    else if (isValList(value)) for (const item of value) this.checkSyntax(item)
    else if (isValRecord(value)) for (const item of Object.values(value)) this.checkSyntax(item)
  }

  checkCondition(value: Value, source: Source | undefined): void {
    if (typeof value === 'string') this.#compiler.expression(value, source)
    else if (value instanceof Template) this.#compiler.template(value)
    else if (isValList(value)) for (const item of value) this.checkCondition(item, source)
  }

  renderTemplate(template: Template, run: Run): Val {
    const { evaluate, unit } = this.#compiler.template(template)
    return evaluate(new Frame(run, unit))
  }

  filter(name: string): ReturnType<Renderer['filter']> {
    return FILTERS.get(name)
  }

  test(name: string): ReturnType<Renderer['test']> {
    return TESTS.get(name)
  }

  similar(kind: 'filter' | 'test', name: string): string | undefined {
    return didYouMean(name, (kind === 'filter' ? FILTERS : TESTS).keys())
  }

  loadTemplate(name: string, run: Run): LoadedTemplate | undefined {
    const path = this.host.findFile('templates', name, run.scope)
    if (path === undefined) return undefined
    const { unit, lex } = fileUnit({ path, text: this.host.readFile(path).toString('utf8') }, {})
    return { run: this.#compiler.file(unit, lex), unit }
  }

  #run(scope: Scope): Run {
    return new Run(scope, this, this.#plain)
  }

  #value(expression: string, run: Run, source: Source | undefined): Val {
    const { evaluate, unit } = this.#compiler.expression(expression, source)
    return evaluate(new Frame(run, unit))
  }

  #condition(value: Value, scope: Scope, source: Source | undefined): boolean | Unknown {
    if (isValList(value)) return this.#all(value, scope, source)
    if (typeof value === 'boolean' || value instanceof Unknown) return value
    if (typeof value !== 'string' && !(value instanceof Template))
      throw new RunnerError('template', value === null ? EMPTY_CONDITION : 'Conditional expressions must be strings.', { source })
    const origin = value instanceof Template ? (value.start ?? source) : source
    try {
      const run = this.#run(scope)
      return within(origin, () => this.#holds(settled(this.#outcome(value, run, source)), { source: origin, run, value }))
    } catch (error) {
      const isUndefined = error instanceof RunnerError && error.code === 'undefined'
      throw isUndefined ? during(error, { message: 'Error while evaluating conditional.', source: origin }) : error
    }
  }

  #holds(outcome: Val, asked: Asked): boolean | Unknown {
    if (typeof outcome === 'boolean' || outcome instanceof Unknown) return outcome
    const { source } = asked
    const error = notBoolean(outcome, source)
    if (this.host.allowBrokenConditionals !== true) throw asked.run.told(error, bareName(asked.value))
    this.host.warn(error.message, source, 'deprecation')
    return truthy(outcome)
  }

  /** Braces around a whole condition are of no use, but allowed; braces inside one are an error. */
  #outcome(value: string | Template, run: Run, source: Source | undefined): Val {
    const text = (typeof value === 'string' ? value : value.text).trim()
    if (text === '') throw new RunnerError('template', EMPTY_CONDITION, { source })
    if (typeof value === 'string') return this.#value(value, run, source)
    if (!/^\{[{%#][^]*[}%#]\}$/.test(text)) return this.#value(value.text, run, value.source)
    const outcome = run.resolve(value)
    if (outcome instanceof Omit) throw new RunnerError('template', 'A template was resolved to an Omit scalar.', { source, help: OMITTED })
    if (typeof outcome !== 'string') this.host.warn(BRACES, value.start, 'deprecation')
    return outcome
  }

  #all(values: readonly Value[], scope: Scope, source: Source | undefined): boolean | Unknown {
    let unknown: Unknown | undefined
    for (const value of values) {
      const held = this.#condition(value, scope, source)
      if (held === false) return false
      if (held instanceof Unknown) unknown ??= held
    }
    return unknown ?? true
  }

  /** Bounds how deep renders may stand in one another (through lazy records) and makes a full stack an error of ours. */
  #guarded<T>(run: () => T): T {
    if (this.#depth >= 60) throw new RunnerError('limit', 'templates are nested too deeply in one another')
    this.#depth += 1
    try {
      return run()
    } catch (error) {
      if (error instanceof RangeError) throw new RunnerError('limit', 'a template is nested too deeply', { cause: error })
      throw error
    } finally {
      this.#depth -= 1
    }
  }
}

interface Asked {
  readonly source: Source | undefined
  readonly run: Run
  readonly value: string | Template
}

/** The condition as the name of a variable; what is more than a name is none that there is. */
function bareName(value: string | Template): string {
  return (typeof value === 'string' ? value : value.text).trim()
}

const OMITTED = 'Callers must be prepared to handle this value. This is most likely a bug in the code requesting templating.'
const BRACES = 'Conditionals should not be surrounded by templating delimiters such as {{ }} or {% %}.'
const EMPTY_CONDITION = 'Empty conditional expressions are not allowed.'

/** The value of what was evaluated; an undefined one is an error. */
function settled(value: Val): Val {
  if (value instanceof Undefined) throw value.error()
  return value
}

/** Runs what is written in the value that begins at `origin`. */
function within<T>(origin: Source | undefined, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw originated(error, origin)
  }
}

const ALLOW_BROKEN = 'Broken conditionals can be temporarily allowed with the `ALLOW_BROKEN_CONDITIONALS` configuration option.'

function notBoolean(outcome: Val, source: Source | undefined): RunnerError {
  const shown = outcome instanceof Secret ? '***' : repr(outcome).slice(0, 200)
  const hint =
    typeof outcome === 'string'
      ? "compare it (name == 'text'), or say what counts: name | length > 0, name | bool"
      : 'say what counts: name | length > 0, name is not none, name | bool'
  return new RunnerError(
    'template',
    `Conditional result (${truthy(outcome) ? 'True' : 'False'}) was derived from value of type '${typeName(outcome)}'. Conditionals must have a boolean result.`,
    { source, hint: `the value is ${shown}; ${hint}`, help: ALLOW_BROKEN },
  )
}

function finished(out: readonly Val[], template: string, keepTrailingNewline: boolean, newline: string): string | Secret | Unknown {
  for (const part of out) if (part instanceof Unknown) return part
  const text = joinTexts(out.filter((part) => part !== null).map(printable))
  if (text instanceof Unknown) return text
  const plain = text instanceof Secret ? text.reveal() : text
  const kept = keepTrailingNewline ? withLastNewlines(plain, template) : plain
  const ended = newline === '\n' ? kept : kept.replaceAll('\n', newline)
  return text instanceof Secret ? new Secret(ended) : ended
}
