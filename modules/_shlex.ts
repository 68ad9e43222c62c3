/** Splits a command line into words as Python's `shlex.split` does: quotes and backslashes, no expansion. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < line.length; ) {
    const piece = nextPiece(line.slice(at))
    if (piece === undefined) return undefined
    if (piece.text !== undefined) word = (word ?? '') + piece.text
    else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
    at += piece.length
  }
  return word === undefined ? words : [...words, word]
}

/** A part of a word, or (without text) blanks between words; undefined where a quote is not closed. */
function nextPiece(rest: string): { readonly text?: string; readonly length: number } | undefined {
  const blank = /^[ \t\r\n]+/.exec(rest)
  if (blank !== null) return { length: blank[0].length }
  const plain = /^[^ \t\r\n'"\\]+/.exec(rest)
  if (plain !== null) return { text: plain[0], length: plain[0].length }
  const single = /^'([^']*)'/.exec(rest)
  if (single !== null) return { text: single[1] ?? '', length: single[0].length }
  const double = /^"((?:[^"\\]|\\[^])*)"/.exec(rest)
  if (double !== null) return { text: (double[1] ?? '').replace(/\\(["\\])/g, '$1'), length: double[0].length }
  const escaped = /^\\([^])/.exec(rest)
  return escaped === null ? undefined : { text: escaped[1] ?? '', length: 2 }
}
