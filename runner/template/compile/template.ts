import { RunnerError } from '../../base/error.ts'
import type { Body } from '../parse/ast.ts'
import { parseBareExpression, parseTemplate } from '../parse/parser.ts'
import { type LexOptions, TemplateSyntaxError } from '../parse/tokens.ts'
import type { Frame } from '../runtime/frame.ts'
import { withLastNewlines, withoutLastNewline } from '../runtime/newlines.ts'
import type { Val } from '../runtime/types.ts'
import { compileExpr, type Eval } from './expression.ts'
import { compileBody, concat, type Exec } from './statement.ts'
import { placeOf, type Unit } from './unit.ts'

/** A template whose value is asked for: `{{ expression }}` alone keeps its type. */
export function compileTemplate(unit: Unit, options: LexOptions): Eval {
  const body = parsed(unit, () => parseTemplate(withoutLastNewline(unit.text), options))
  const [only] = body
  if (body.length === 1 && only?.type === 'output') {
    const alone = compileExpr(only.expr, unit)
    return unit.text.endsWith('\n') ? (frame) => withLastNewlines(alone(frame), unit.text) : alone
  }
  const exec = compileTop(body, unit)
  return (frame) => {
    const out: Val[] = []
    exec(frame, out)
    return withLastNewlines(concat(out), unit.text)
  }
}

/** A template file: its output in pieces. */
export function compileFile(unit: Unit, options: LexOptions): Exec {
  return compileTop(
    parsed(unit, () => parseTemplate(withoutLastNewline(unit.text), options)),
    unit,
  )
}

export function compileExpression(unit: Unit): Eval {
  return compileExpr(
    parsed(unit, () => parseBareExpression(unit.text), 'expression'),
    unit,
  )
}

/** Of a template that extends another only its blocks and names count; the text comes from the one it extends. */
function compileTop(body: Body, unit: Unit): Exec {
  const parent = body.find((statement) => statement.type === 'extends')
  if (parent === undefined) return compileBody(body, unit)
  const names = compileBody(
    body.filter(({ type }) => type === 'set' || type === 'capture' || type === 'macro' || type === 'import' || type === 'from'),
    unit,
  )
  const blocks = body.flatMap((statement) =>
    statement.type === 'block' ? [[statement.name, compileBody(statement.body, unit)] as const] : [],
  )
  const extend = compileBody([parent], unit)
  return (frame: Frame, out) => {
    names(frame, [])
    for (const [name, exec] of blocks) if (!frame.run.blocks.has(name)) frame.run.blocks.set(name, exec)
    return extend(frame, out)
  }
}

function parsed<T>(unit: Unit, parse: () => T, kind: 'template' | 'expression' = 'template'): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    const source = placeOf(unit, { line: error.line, col: error.col })
    const delimiters = kind === 'expression' && /\{[{%#]/.test(unit.text) ? '. Template delimiters are not supported in expressions' : ''
    throw new RunnerError('template', `Syntax error in ${kind}${delimiters}: ${error.message}`, { source, hint: error.hint, cause: error })
  }
}
