/** Where a value was written: every node, template and error of the product carries one. */

/** A text that was read once from the controller's disk (or from `-e`, `<string>`), kept for source frames. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  /** It was encrypted: its lines are never shown. */
  readonly secret?: true | undefined
  /** It is no file but made of a command line: what ansible's programs show in place of its lines. */
  readonly shown?: string | undefined
}

/** A place in a source file. `line` and `col` count from 1, as editors do. */
export interface Source {
  readonly file: SourceFile
  readonly line: number
  readonly col: number
}

/** `path:line:col`, the form editors and terminals make clickable. */
export function formatSource(source: Source): string {
  return `${source.file.path}:${String(source.line)}:${String(source.col)}`
}

/** The source line with one line before it and a caret under the column; an empty text where the file has no such line. */
export function sourceFrame(source: Source): string {
  if (source.file.secret === true) return ''
  const lines = source.file.text.split('\n')
  const at = lines[source.line - 1]
  if (at === undefined) return ''
  const before = source.line > 1 ? lines[source.line - 2] : undefined
  const width = String(source.line).length
  const row = (n: number, text: string): string => `${String(n).padStart(width)} | ${text}`
  const caret = `${' '.repeat(width)} | ${' '.repeat(Math.max(0, source.col - 1))}^`
  return [...(before === undefined ? [] : [row(source.line - 1, before)]), row(source.line, at), caret].join('\n')
}
