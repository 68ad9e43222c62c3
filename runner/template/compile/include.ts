import { RunnerError } from '../../base/error.ts'
import { Unknown } from '../../base/value.ts'
import type { Statement } from '../parse/ast.ts'
import { fail } from '../runtime/errors.ts'
import { Frame } from '../runtime/frame.ts'
import type { LoadedTemplate } from '../runtime/run.ts'
import { typeName } from '../runtime/text.ts'
import { type Dynamic, isValList, Undefined, type Val } from '../runtime/types.ts'
import { defined, plainText } from '../runtime/values.ts'
import { compileExpr } from './expression.ts'
import { concat, does, type Exec } from './statement.ts'
import type { Unit } from './unit.ts'

type ImportStatement = Extract<Statement, { type: 'include' | 'import' | 'from' | 'extends' }>

export function compileImport(statement: ImportStatement, unit: Unit): Exec {
  const template = compileExpr(statement.template, unit)
  switch (statement.type) {
    case 'include':
      return does((frame, out) => {
        const name = defined(template(frame))
        if (name instanceof Unknown) out.push(name)
        else include(statement, name, frame, out)
      })
    case 'extends':
      return does((frame, out) => {
        const loaded = load(defined(template(frame)), frame)
        loaded.run(around(frame, loaded, 'with'), out)
      })
    case 'import':
      return does((frame) => frame.set(statement.as, importModule(defined(template(frame)), statement.withContext, frame)))
    case 'from':
      return does((frame) => {
        const name = defined(template(frame))
        const imported = importModule(name, statement.withContext, frame)
        for (const [key, as] of statement.names) frame.set(as, imported.attr(key) ?? notExported(plainText(name) ?? '', key))
      })
  }
}

function include(statement: Extract<Statement, { type: 'include' }>, name: Val, frame: Frame, out: Val[]): void {
  const names = isValList(name) ? name : [name]
  for (const candidate of names) {
    const loaded = frame.run.renderer.loadTemplate(nameOf(candidate), frame.run)
    if (loaded === undefined) continue
    loaded.run(around(frame, loaded, statement.withContext ? 'with' : 'without'), out)
    return
  }
  if (!statement.ignoreMissing) load(name, frame)
}

function load(name: Val, frame: Frame): LoadedTemplate {
  const text = isValList(name) ? name.map(nameOf).join(', ') : nameOf(name)
  const loaded = isValList(name) ? undefined : frame.run.renderer.loadTemplate(text, frame.run)
  return (
    loaded ??
    fail(`Could not find template '${text}'`, 'templates are looked for in the templates folder of the role and beside the playbook')
  )
}

function nameOf(value: Val): string {
  return plainText(value) ?? fail(`a template's name must be a string, not ${typeName(value)}`)
}

function around(frame: Frame, loaded: LoadedTemplate, context: 'with' | 'without'): Frame {
  return new Frame(frame.run, loaded.unit, context === 'with' ? frame : undefined)
}

function importModule(name: Val, withContext: boolean, frame: Frame): Imported {
  const loaded = load(name, frame)
  const inner = around(frame, loaded, withContext ? 'with' : 'without')
  const out: Val[] = []
  loaded.run(inner, out)
  return new Imported(nameOf(name), inner, concat(out))
}

function notExported(file: string, key: string): Undefined {
  return new Undefined(() => new RunnerError('undefined', `the template '${file}' does not export the requested name '${key}'`))
}

/** A template's macros and variables under `import … as`. */
class Imported implements Dynamic {
  readonly dynamic = true
  readonly typeName = 'TemplateModule'
  readonly #name: string
  readonly #frame: Frame
  readonly #output: Val

  constructor(name: string, frame: Frame, output: Val) {
    this.#name = name
    this.#frame = frame
    this.#output = output
  }

  attr(name: string): Val | undefined {
    return name.startsWith('_') ? undefined : this.#frame.names().get(name)
  }

  text(): string {
    return plainText(this.#output) ?? `<TemplateModule '${this.#name}'>`
  }
}
