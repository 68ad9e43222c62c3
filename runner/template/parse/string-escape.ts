const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** A string literal's inside as Python's `unicode-escape` reads it; an unknown escape keeps its backslash. */
export function unescapeString(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([^]))/g,
    (all: string, ...groups: (string | undefined)[]) => {
      const [hex2, hex4, hex8, octal, simple] = groups
      const hex = hex2 ?? hex4 ?? hex8
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
      return SIMPLE[simple ?? ''] ?? all
    },
  )
}
