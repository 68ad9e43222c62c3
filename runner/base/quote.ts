/** The only file that builds shell text. Commands elsewhere are argv arrays. */

/** A text as one POSIX shell word. */
export function quote(text: string): string {
  if (/^[A-Za-z0-9_\-./:=@%+,]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** An argv array as a shell command line. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quote).join(' ')
}

/** Bytes as the quoted format of the shell's built-in `printf`: binary-safe, NUL too, never an argument of a process. */
export function printfFormat(bytes: Uint8Array): string {
  let out = "'"
  for (const byte of bytes) out += PRINTF[byte] ?? ''
  return `${out}'`
}

const PRINTF: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte)
  if (char === '%') return '%%'
  if (byte === 10) return '\n'
  if (byte >= 32 && byte < 127 && char !== '\\' && char !== "'") return char
  return `\\${byte.toString(8).padStart(3, '0')}`
})
