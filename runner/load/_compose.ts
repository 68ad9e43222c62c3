import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
  type Node as YamlNode,
} from 'yaml'
import { RunnerError } from '../base/error.ts'
import { formatSource, type Source, type SourceFile } from '../base/source.ts'
import { emptyRecord, Template, type Value } from '../base/value.ts'
import { blockStart } from './_block-start.ts'
import { keyText, resolvePlain } from './_scalar.ts'
import { resolveTagged, VaultedNode } from './_tag.ts'
import { unquotedTemplate } from './_yaml-error.ts'
import type { Entry, Node } from './node.ts'
import type { Warn } from './warn.ts'

export interface ComposeOptions {
  /** Only text of trusted files becomes Templates; default true. */
  readonly trusted?: boolean | undefined
  /** Opens a vault text; called when the value is first read. */
  readonly decrypt?: ((text: string) => string) | undefined
  readonly duplicateKeys?: 'warn' | 'error' | 'ignore' | undefined
  readonly warn?: Warn | undefined
  /** Mappings of the one key `__ansible_unsafe` or `__ansible_vault` are what Ansible's programs write for such values. */
  readonly legacyJson?: boolean | undefined
}

export interface ComposeInput {
  readonly file: SourceFile
  readonly lines: LineCounter
  readonly options: ComposeOptions
}

/** The parser's tree as Nodes: PyYAML's types, merge keys, anchors and Ansible's tags. Undefined for an empty document. */
export function composeNode(root: YamlNode | null, input: ComposeInput): Node | undefined {
  if (root === null || (isScalar(root) && root.type === 'PLAIN' && root.source === '' && root.tag === undefined)) return undefined
  return new Composer(input).node(root, undefined)
}

const MERGE = '<<'

class Composer {
  readonly #input: ComposeInput
  readonly #anchors = new Map<string, Node>()
  #unsafe = 0

  constructor(input: ComposeInput) {
    this.#input = input
  }

  node(item: unknown, fallback: Source | undefined): Node {
    if (isAlias(item)) return this.#alias(item.source, this.#at(item))
    if (isScalar(item)) return this.#remember(item, this.#scalar(item))
    if (isMap(item))
      return this.#remember(
        item,
        this.#safely(item, () => this.#mapping(item)),
      )
    if (isSeq(item))
      return this.#remember(
        item,
        this.#safely(item, () => this.#sequence(item)),
      )
    return { value: null, source: fallback ?? { file: this.#input.file, line: 1, col: 1 } }
  }

  #at(item: YamlNode, offset = 0): Source {
    const { line, col } = this.#input.lines.linePos((item.range?.[0] ?? 0) + offset)
    return { file: this.#input.file, line: Math.max(1, line), col: Math.max(1, col) }
  }

  #remember(item: YamlNode, node: Node): Node {
    if ('anchor' in item && typeof item.anchor === 'string') this.#anchors.set(item.anchor, node)
    return node
  }

  #alias(name: string, source: Source): Node {
    const node = this.#anchors.get(name)
    if (node === undefined) throw new RunnerError('yaml', `there is no anchor &${name} above`, { source })
    return node
  }

  /** `!unsafe` on a collection holds for all text inside. */
  #safely(item: YamlNode, compose: () => Node): Node {
    const tag = item.tag
    if (tag !== '!unsafe') {
      const node = compose()
      return tag === undefined ? node : resolveTagged(tag, node, this.#input.options)
    }
    this.#unsafe++
    const node = compose()
    this.#unsafe--
    return node
  }

  #scalar(item: Scalar): Node {
    const source = this.#at(item)
    const text = typeof item.value === 'string' ? item.value : ''
    const tag = item.tag
    if (tag !== undefined && tag !== '!' && tag !== '!unsafe') return resolveTagged(tag, { value: text, source }, this.#input.options)
    if (tag === undefined && item.type === 'PLAIN') {
      const value = resolvePlain(text)
      if (value !== undefined) return { value, source }
    }
    if (tag === '!unsafe' || this.#unsafe > 0 || this.#input.options.trusted === false || !/\{[{%#]/.test(text))
      return { value: text, source }
    return { value: new Template(text, this.#contentStart(item, source), source), source }
  }

  #contentStart(item: Scalar, source: Source): Source {
    if (item.type === 'QUOTE_DOUBLE' || item.type === 'QUOTE_SINGLE') return { ...source, col: source.col + 1 }
    if (item.type === 'BLOCK_LITERAL' || item.type === 'BLOCK_FOLDED')
      return blockStart(source, String(item.value), this.#input.lines.lineStarts[source.line])
    return source
  }

  #sequence(item: YAMLSeq): Node {
    const source = this.#at(item)
    const items = item.items.map((child) => this.node(child, source))
    const value: Value[] = []
    items.forEach((child, at) => {
      if (child instanceof VaultedNode) define(value, at, child)
      else value.push(child.value)
    })
    return { value, source, items }
  }

  #mapping(item: YAMLMap): Node {
    const source = this.#at(item)
    const merged = new Map<string, Entry>()
    const own = new Map<string, Entry>()
    for (const pair of item.items) {
      if (isMergeKey(pair)) this.#merge(this.node(pair.value, source), merged)
      else this.#addPair(pair, own, source)
    }
    const entries = merged.size === 0 ? own : new Map([...merged, ...own])
    const wrapped = this.#input.options.legacyJson === true ? unwrapped(entries, this.#input.options) : undefined
    if (wrapped !== undefined) return wrapped
    const value = emptyRecord()
    for (const [name, { node }] of entries) {
      if (node instanceof VaultedNode) define(value, name, node)
      else value[name] = node.value
    }
    return { value, source, entries }
  }

  #addPair(pair: Pair, own: Map<string, Entry>, source: Source): void {
    if (isMap(pair.key) && pair.key.flow === true) throw unquotedTemplate(this.#at(pair.key, -1))
    const key = this.node(pair.key, source)
    const name = key.value instanceof Template ? key.value.text : keyText(key.value)
    if (name === undefined)
      throw new RunnerError('yaml', 'a key of a mapping must be a text, a number or a boolean', { source: key.source })
    const earlier = own.get(name)
    if (earlier !== undefined) this.#duplicate(name, key.source, earlier.key)
    own.set(name, { key: key.source, node: this.node(pair.value, key.source) })
  }

  #duplicate(name: string, source: Source, earlier: Source): void {
    const { duplicateKeys = 'warn', warn } = this.#input.options
    const message = `the key "${name}" is written twice, first at ${formatSource(earlier)}`
    if (duplicateKeys === 'error') throw new RunnerError('yaml', message, { source, hint: 'remove one of the two' })
    if (duplicateKeys === 'warn') warn?.(`${message}; the last one is used`, source)
  }

  /** Keys of a merged mapping stand behind the mapping's own; of several, the first in the list wins. */
  #merge(node: Node, merged: Map<string, Entry>): void {
    for (const part of node.items ?? [node]) {
      if (part.entries === undefined)
        throw new RunnerError('yaml', 'a merge key (<<) takes a mapping or a list of mappings', { source: part.source })
      for (const [name, entry] of part.entries) if (!merged.has(name)) merged.set(name, entry)
    }
  }
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === MERGE && pair.key.tag === undefined
}

function unwrapped(entries: ReadonlyMap<string, Entry>, options: ComposeOptions): Node | undefined {
  const [lone, ...others] = entries
  if (lone === undefined || others.length > 0) return undefined
  const [name, { node }] = lone
  const text = node.value instanceof Template ? node.value.text : node.value
  if (typeof text !== 'string') return undefined
  if (name === '__ansible_unsafe') return { value: text, source: node.source }
  return name === '__ansible_vault' ? new VaultedNode(text, node.source, options) : undefined
}

/** A vaulted child is opened when it is read, so that a run that does not need it needs no password. */
function define(target: object, key: string | number, child: Node): void {
  Object.defineProperty(target, key, { enumerable: true, configurable: true, get: () => child.value })
}
