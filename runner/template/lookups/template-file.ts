import type { SourceFile } from '../../base/source.ts'
import { printable } from '../compile/statement.ts'
import { compileFile } from '../compile/template.ts'
import type { FileOptions } from '../engine.ts'
import { fileUnit } from '../file.ts'
import { Frame } from '../runtime/frame.ts'
import { withLastNewlines } from '../runtime/newlines.ts'
import { joinTexts } from '../runtime/operators.ts'
import type { Run } from '../runtime/run.ts'
import type { Val } from '../runtime/types.ts'

/** A template file's text in the middle of another render, with further names in front. */
export function renderText(file: SourceFile, run: Run, names: ReadonlyMap<string, Val>, options: FileOptions): Val {
  const { unit, lex } = fileUnit(file, options)
  const frame = new Frame(run, unit)
  for (const [name, value] of names) frame.set(name, value)
  const out: Val[] = []
  compileFile(unit, lex)(frame, out)
  return withLastNewlines(joinTexts(out.filter((part) => part !== null).map(printable)), unit.text)
}
