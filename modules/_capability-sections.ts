/** Answers of a script that puts a line `\x01NAME` before each part. */
export class Sections {
  readonly #parts: ReadonlyMap<string, string>

  constructor(text: string) {
    const parts = text.split('\x01').slice(1)
    this.#parts = new Map(
      parts.map((part) => {
        const end = part.indexOf('\n')
        return [part.slice(0, end), part.slice(end + 1)] as const
      }),
    )
  }

  text(name: string): string {
    return (this.#parts.get(name) ?? '').trim()
  }

  lines(name: string): readonly string[] {
    const text = this.text(name)
    return text === '' ? [] : text.split('\n').map((line) => line.trim())
  }
}

/** Begins a part, in the script. */
export function section(name: string): string {
  return `printf '\\001%s\\n' ${name};`
}
