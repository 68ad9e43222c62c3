import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import { Template, toPlain } from '../base/value.ts'
import type { Entry, Node } from './node.ts'
import type { Warn } from './warn.ts'

/** The YAML file of an inventory plugin: its options, each with its place. */
export class PluginConfig {
  readonly #root: Node
  readonly #name: string

  constructor(name: string, root: Node) {
    this.#name = name
    this.#root = root
  }

  /** What is none of the options is most likely a slip. */
  warnOfOthers(known: readonly string[], warn: Warn): void {
    for (const [option, { key }] of this.#root.entries ?? [])
      if (option !== 'plugin' && !known.includes(option))
        warn(
          `${option} is no option of the inventory plugin ${this.#name}`,
          key,
          didYouMean(option, known) ?? `options: ${known.join(', ')}`,
        )
  }

  /** @throws RunnerError `inventory` for what is neither yes nor no */
  flag(option: string, fallback: boolean): boolean {
    const node = this.#node(option)
    if (node === undefined) return fallback
    const known = FLAGS.get(String(toPlain(node.value)).toLowerCase())
    if (known !== undefined) return known
    throw this.#wrong(option, 'yes or no', node)
  }

  /** The entries of a mapping, none where it is missing. @throws RunnerError `inventory` */
  mapping(option: string): Iterable<[string, Entry]> {
    const node = this.#node(option)
    if (node === undefined) return []
    if (node.entries === undefined) throw this.#wrong(option, 'a mapping', node)
    return node.entries
  }

  /** @throws RunnerError `inventory` */
  list(option: string): readonly Node[] {
    const node = this.#node(option)
    if (node === undefined) return []
    if (node.items === undefined) throw this.#wrong(option, 'a list', node)
    return node.items
  }

  /** @throws RunnerError `inventory` */
  required(option: string, example: string): Node {
    const node = this.#node(option)
    if (node !== undefined) return node
    throw new RunnerError('inventory', `the inventory plugin ${this.#name} needs ${option}`, { source: this.#root.source, hint: example })
  }

  #node(option: string): Node | undefined {
    const node = this.#root.entries?.get(option)?.node
    return node === undefined || node.value === null ? undefined : node
  }

  #wrong(option: string, wanted: string, node: Node): RunnerError {
    return new RunnerError('inventory', `${option} of the inventory plugin ${this.#name} must be ${wanted}`, { source: node.source })
  }
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'yes', 'on', '1', 'true', 't'].map((word) => [word, true] as const),
  ...['n', 'no', 'off', '0', 'false', 'f'].map((word) => [word, false] as const),
])

/** The text of an expression, braces or not. @throws RunnerError `inventory` where it is no text */
export function expressionOf(what: string, node: Node): string {
  if (node.value instanceof Template) return node.value.text
  if (typeof node.value === 'string') return node.value
  throw new RunnerError('inventory', `${what} must be an expression`, { source: node.source, hint: 'quote it: "1 + 1"' })
}
