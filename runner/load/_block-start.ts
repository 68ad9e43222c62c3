import type { Source } from '../base/source.ts'

/** Where the content of a `|` or `>` scalar begins: the line below its header (at offset `below`), the column of its indentation. */
export function blockStart(header: Source, content: string, below: number | undefined): Source {
  const isText = (line: string): boolean => line.trim() !== ''
  const written =
    below === undefined
      ? undefined
      : header.file.text
          .slice(below, below + SEARCH)
          .split('\n')
          .find(isText)
  const inside = content.split('\n').find(isText)
  const indent = leadingBlanks(written ?? '') - leadingBlanks(inside ?? '')
  return { file: header.file, line: header.line + 1, col: Math.max(0, indent) + 1 }
}

/** Far enough for the first line of any block, without splitting a whole file for each. */
const SEARCH = 4096

function leadingBlanks(line: string): number {
  return line.length - line.trimStart().length
}
