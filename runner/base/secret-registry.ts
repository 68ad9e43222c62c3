import { escapeRegExp } from './regexp.ts'
import type { Secret } from './value.ts'

/** Shorter texts would mask half of an ordinary sentence. */
const SHORTEST = 4

/** All secret texts that a run has met, so that whatever is printed can be masked, wherever it came from. */
export class SecretRegistry {
  readonly #texts = new Set<string>()
  #pattern: RegExp | undefined

  add(secret: Secret): void {
    const text = secret.reveal()
    if (text.length < SHORTEST || this.#texts.has(text)) return
    this.#texts.add(text)
    this.#pattern = undefined
  }

  /** The text with every known secret replaced by `***`. */
  mask(text: string): string {
    if (this.#texts.size === 0) return text
    this.#pattern ??= patternOf(this.#texts)
    return text.replace(this.#pattern, '***')
  }
}

/** Longest first, so that a secret inside another does not leave the rest of it behind; multi-line secrets also line by line. */
function patternOf(texts: ReadonlySet<string>): RegExp {
  const parts = new Set<string>()
  for (const text of texts) {
    parts.add(text)
    for (const line of text.split('\n')) if (line.trim().length >= SHORTEST * 2) parts.add(line)
    const json = JSON.stringify(text).slice(1, -1)
    if (json !== text) parts.add(json)
  }
  const sorted = [...parts].sort((a, b) => b.length - a.length)
  return new RegExp(sorted.map(escapeRegExp).join('|'), 'g')
}
