import type { Source, SourceFile } from '../base/source.ts'
import type { Secret, Unknown, Value } from '../base/value.ts'
import type { Scope } from './scope.ts'

/** What the rest of the product asks of templates. Made by `template/environment.ts`. All calls are synchronous. */
export interface TemplateEngine {
  /**
   * Renders every Template inside a value, deeply and with native types: a lone `{{ expression }}` keeps its type, text
   * around makes a string in Python's notation. Variables that hold Templates are rendered when they are read. Keys and
   * elements that come out as `omit` are dropped; a top-level Omit is returned. Unknown in, Unknown out; Secret likewise.
   * @throws RunnerError `undefined` or `template`, with the place of the template and the origin of the variables in its trace.
   */
  render(value: Value, scope: Scope): Value
  /** A bare expression (`debug.var`, `loop` strings of `with_*`), without braces. */
  evaluate(expression: string, scope: Scope, source: Source | undefined): Value
  /**
   * A conditional (`when`, `assert.that`, `until`, `changed_when`, `failed_when`): an expression, a boolean, or a list of them
   * that all must hold. ansible-core 2.19's rule: the outcome must be a boolean, anything else is an error with its place.
   */
  condition(value: Value, scope: Scope, source: Source | undefined): boolean | Unknown
  /** A whole template file. */
  renderFile(file: SourceFile, scope: Scope, options?: FileOptions): string | Secret | Unknown
  /** The elements a `with_<name>` loop or `query(name, …)` has; `terms` are rendered first, the result is data. */
  lookup(name: string, terms: Value, scope: Scope): readonly Value[]
  /** Throws a RunnerError where the text of a Template does not parse; used at compile time. */
  checkSyntax(value: Value): void
  /** The same for a conditional's expression. */
  checkCondition(value: Value, source: Source | undefined): void
}

export interface FileOptions {
  readonly trimBlocks?: boolean | undefined
  readonly lstripBlocks?: boolean | undefined
  readonly keepTrailingNewline?: boolean | undefined
  readonly newline?: '\n' | '\r' | '\r\n' | undefined
  readonly delimiters?:
    | Readonly<Partial<Record<'blockStart' | 'blockEnd' | 'variableStart' | 'variableEnd' | 'commentStart' | 'commentEnd', string>>>
    | undefined
}

/** What lookups and template includes need of the controller; given at construction. */
export interface TemplateHost {
  /** Finds a file of `kind` as seen from where the scope's task stands (role, playbook); undefined where there is none. */
  findFile(kind: 'files' | 'templates' | 'vars', name: string, scope: Scope): string | undefined
  readFile(path: string): Buffer
  /** A `deprecation` is something that works but will not for ever. */
  warn(message: string, source: Source | undefined, kind?: 'deprecation', hint?: string): void
  /** Conditionals may have any result, as before ansible-core 2.19. */
  readonly allowBrokenConditionals?: boolean | undefined
  /** Milliseconds since the epoch. */
  now(): number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Every Secret that a render makes or reads is told, so that reports can mask its text. */
  onSecret(secret: Secret): void
  /** Decrypts an inline or whole-file vault text; absent where no vault secret was given. */
  decrypt?: ((text: string) => string) | undefined
}
