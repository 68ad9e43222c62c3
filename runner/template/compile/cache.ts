import type { Source } from '../../base/source.ts'
import type { Template } from '../../base/value.ts'
import { DELIMITERS, type LexOptions } from '../parse/tokens.ts'
import type { Eval } from './expression.ts'
import type { Exec } from './statement.ts'
import { compileExpression, compileFile, compileTemplate } from './template.ts'
import type { Unit } from './unit.ts'

export interface Compiled {
  readonly evaluate: Eval
  readonly unit: Unit
}

/** How ansible-core lexes a value of YAML: newlines after blocks go away. */
const VALUE_OPTIONS: LexOptions = { delimiters: DELIMITERS, trimBlocks: true, lstripBlocks: false, escapes: false }

/** Compiles each Template, expression and file once. */
export class Compiler {
  readonly #templates = new WeakMap<Template, Compiled>()
  readonly #expressions = new Map<string, Map<Source | undefined, Compiled>>()
  readonly #files = new Map<string, { readonly unit: Unit; readonly exec: Exec }>()

  template(template: Template): Compiled {
    const known = this.#templates.get(template)
    if (known !== undefined) return known
    const unit = { text: template.text, source: template.source }
    const compiled = { evaluate: compileTemplate(unit, VALUE_OPTIONS), unit }
    this.#templates.set(template, compiled)
    return compiled
  }

  expression(text: string, source: Source | undefined): Compiled {
    let bySource = this.#expressions.get(text)
    if (bySource === undefined) this.#expressions.set(text, (bySource = new Map<Source | undefined, Compiled>()))
    const known = bySource.get(source)
    if (known !== undefined) return known
    const unit = { text, source }
    const compiled = { evaluate: compileExpression(unit), unit }
    bySource.set(source, compiled)
    return compiled
  }

  file(unit: Unit, options: LexOptions): Exec {
    const key = JSON.stringify([unit.source?.file.path, options])
    const known = this.#files.get(key)
    if (known?.unit.text === unit.text) return known.exec
    const exec = compileFile(unit, options)
    this.#files.set(key, { unit, exec })
    return exec
  }
}
