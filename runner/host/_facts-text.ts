/** The answer of the facts script: texts of files, and sections of programs' output. */
export class FactsText {
  readonly #sections = new Map<string, string>()
  readonly #files = new Map<string, string>()
  /** Of `facts.d`, in order: path, exit code, text. */
  readonly localFacts: { readonly path: string; readonly text: string; readonly rc: number }[] = []

  constructor(text: string) {
    for (const part of text.split('\n\u0001').slice(1)) this.#section(part)
    for (const line of (this.#sections.get('files') ?? '').split('\n')) this.#fileLine(line)
  }

  /** A program's output without the last line feed; empty where it said nothing. */
  section(name: string): string {
    return this.#sections.get(name)?.replace(/\n$/, '') ?? ''
  }

  lines(name: string): readonly string[] {
    const text = this.section(name)
    return text === '' ? [] : text.split('\n')
  }

  /** A file's text, or undefined where it is not there or not readable. */
  file(path: string): string | undefined {
    return this.#files.get(path)
  }

  /** The one line that files of /proc and /sys often are. */
  line(path: string): string | undefined {
    return this.#files.get(path)?.split('\n')[0]?.trim()
  }

  /** Paths of files that were read and fit the pattern. */
  matching(pattern: RegExp): readonly RegExpExecArray[] {
    return [...this.#files.keys()].map((path) => pattern.exec(path)).filter((match) => match !== null)
  }

  has(mark: string): boolean {
    return this.lines('marks').includes(mark)
  }

  /** The path of a program that the script looked for. */
  program(name: string): string | undefined {
    return this.lines('programs').find((path) => path.endsWith(`/${name}`))
  }

  #section(part: string): void {
    const end = part.indexOf('\n')
    const head = end < 0 ? part : part.slice(0, end)
    const body = end < 0 ? '' : part.slice(end + 1)
    if (head.startsWith('fact ')) this.localFacts.push({ path: head.slice(5), text: body, rc: 0 })
    else if (head.startsWith('rc ')) this.#localCode(Number(head.slice(3)))
    else this.#sections.set(head, body)
  }

  #localCode(rc: number): void {
    const last = this.localFacts.pop()
    if (last !== undefined) this.localFacts.push({ ...last, rc })
  }

  #fileLine(line: string): void {
    const at = line.indexOf(':')
    if (at < 0) return
    const path = line.slice(0, at)
    const old = this.#files.get(path)
    const text = line.slice(at + 1)
    this.#files.set(path, old === undefined ? text : `${old}\n${text}`)
  }
}

/** `KEY=value` lines with shell quoting, as in os-release. */
export function shellPairs(text: string | undefined): ReadonlyMap<string, string> {
  const pairs = (text ?? '').split('\n').map((line) => /^\s*([A-Za-z_]\w*)=(.*)$/.exec(line))
  return new Map(pairs.filter((match) => match !== null).map((match) => [match[1] ?? '', unquoted(match[2] ?? '')]))
}

function unquoted(value: string): string {
  const inner = /^(["'])(.*)\1\s*$/.exec(value.trim())
  return inner === null ? value.trim() : (inner[2] ?? '').replace(/\\(["$`\\])/g, '$1')
}
