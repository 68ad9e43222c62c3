import { record, toPlain, type Value } from '../base/value.ts'
import { keyText, makeFloat } from './_scalar.ts'

/** A Python literal (number, quoted text, list, tuple, dict, None, True, False), a comment after it allowed; undefined for anything else. */
export function pythonLiteral(text: string): Value | undefined {
  const reader = new LiteralReader(text)
  const value = reader.value()
  return value !== undefined && reader.atEnd() ? value : undefined
}

const ATOM =
  /(?:[-+]\s*)?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][-+]?\d+)?)|True\b|False\b|None\b/y
const STRING = /[bruBRU]{0,2}(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')/y

class LiteralReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  atEnd(): boolean {
    this.#skip()
    return this.#at >= this.#text.length || this.#text.charAt(this.#at) === '#'
  }

  value(): Value | undefined {
    this.#skip()
    const open = this.#text.charAt(this.#at)
    if (open === '[') return this.#list(']')
    if (open === '(') return this.#list(')')
    if (open === '{') return this.#dict()
    return this.#string() ?? this.#atom()
  }

  #list(close: string): Value | undefined {
    this.#at++
    const items: Value[] = []
    while (!this.#take(close)) {
      const item = this.value()
      if (item === undefined) return undefined
      items.push(item)
      if (!this.#take(',') && !this.#peek(close)) return undefined
    }
    return items
  }

  #dict(): Value | undefined {
    this.#at++
    const entries: [string, Value][] = []
    while (!this.#take('}')) {
      const key = this.value()
      if (key === undefined || !this.#take(':')) return undefined
      const value = this.value()
      if (value === undefined) return undefined
      entries.push([keyText(key) ?? JSON.stringify(toPlain(key)), value])
      if (!this.#take(',') && !this.#peek('}')) return undefined
    }
    return record(entries)
  }

  #string(): string | undefined {
    let text: string | undefined
    for (;;) {
      this.#skip()
      STRING.lastIndex = this.#at
      const match = STRING.exec(this.#text)
      if (match === null) return text
      this.#at = STRING.lastIndex
      text = (text ?? '') + unescape(match[1] ?? match[2] ?? '')
    }
  }

  #atom(): Value | undefined {
    ATOM.lastIndex = this.#at
    const match = ATOM.exec(this.#text)
    if (match === null) return undefined
    this.#at = ATOM.lastIndex
    if (match[0] === 'True') return true
    if (match[0] === 'False') return false
    return match[0] === 'None' ? null : number(match[0].replace(/[_\s]/g, ''))
  }

  #skip(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++
  }

  #peek(token: string): boolean {
    this.#skip()
    return this.#text.charAt(this.#at) === token
  }

  #take(token: string): boolean {
    if (!this.#peek(token)) return false
    this.#at++
    return true
  }
}

/** Python reads no number with a leading zero (`0755`), so such a text stays a text. */
function number(text: string): Value | undefined {
  const digits = text.replace(/^[-+]/, '')
  if (/^0\d/.test(digits) && !/^0+$/.test(digits) && !/[.eE]/.test(digits)) return undefined
  const size = Number(digits.replace(/\.$/, ''))
  if (Number.isNaN(size)) return undefined
  const value = text.startsWith('-') ? -size : size
  return !/^0[xX]/.test(digits) && /[.eE]/.test(digits) ? makeFloat(value) : value
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole)
}
