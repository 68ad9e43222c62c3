import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import { messageOf, RunnerError } from '../base/error.ts'
import type { Source, SourceFile } from '../base/source.ts'
import { emptyRecord, Float, type Value } from '../base/value.ts'
import type { Entry, Node } from './node.ts'
import { templateOf } from './text.ts'

/** A TOML 1.0 document as a node, every value with its place; dates are texts. @throws RunnerError `inventory` where it is none */
export function parseToml(file: SourceFile): Node {
  const root = new Branch({ file, line: 1, col: 1 })
  for (const part of parse(file).body) {
    if (part.type === 'TOMLKeyValue') addPair(root, part, file)
    else {
      const table = tableAt(root, part, file)
      for (const pair of part.body) addPair(table, pair, file)
    }
  }
  return root.node()
}

function parse(file: SourceFile): AST.TOMLProgram['body'][0] {
  try {
    return parseTOML(file.text, { tomlVersion: '1.0' }).body[0]
  } catch (error) {
    const place = error instanceof ParseError ? { line: error.lineNumber, col: error.column + 1 } : { line: 1, col: 1 }
    throw new RunnerError('inventory', `this is not TOML: ${messageOf(error)}`, { source: { file, ...place }, cause: error })
  }
}

/** A table while it is read: headings far apart add to it. */
class Branch {
  readonly source: Source
  readonly #parts = new Map<string, { readonly key: Source; readonly child: Branch | Branches | Node }>()

  constructor(source: Source) {
    this.source = source
  }

  set(name: string, key: Source, child: Node): void {
    this.#parts.set(name, { key, child })
  }

  /** The table of a name, made where it is missing; of an array of tables the last. */
  table(name: string, key: Source): Branch {
    const child = this.#parts.get(name)?.child
    if (child instanceof Branch) return child
    if (child instanceof Branches) return child.last
    const made = new Branch(key)
    this.#parts.set(name, { key, child: made })
    return made
  }

  append(name: string, key: Source): Branch {
    const found = this.#parts.get(name)?.child
    const list = found instanceof Branches ? found : new Branches(key)
    this.#parts.set(name, { key, child: list })
    list.items.push(new Branch(key))
    return list.last
  }

  node(): Node {
    const entries = new Map<string, Entry>()
    const value = emptyRecord()
    for (const [name, { key, child }] of this.#parts) {
      const node = child instanceof Branch || child instanceof Branches ? child.node() : child
      entries.set(name, { key, node })
      value[name] = node.value
    }
    return { value, source: this.source, entries }
  }
}

class Branches {
  readonly source: Source
  readonly items: Branch[] = []

  constructor(source: Source) {
    this.source = source
  }

  get last(): Branch {
    const item = this.items.at(-1)
    if (item === undefined) throw new RunnerError('bug', 'an array of tables has none')
    return item
  }

  node(): Node {
    const items = this.items.map((item) => item.node())
    return { value: items.map((item) => item.value), source: this.source, items }
  }
}

function tableAt(root: Branch, { key, kind }: AST.TOMLTable, file: SourceFile): Branch {
  return key.keys.reduce((at, part, index) => {
    const last = index === key.keys.length - 1
    return last && kind === 'array' ? at.append(nameOf(part), placeOf(part, file)) : at.table(nameOf(part), placeOf(part, file))
  }, root)
}

function addPair(table: Branch, pair: AST.TOMLKeyValue, file: SourceFile): void {
  const last = pair.key.keys.at(-1)
  if (last === undefined) return
  const owner = pair.key.keys.slice(0, -1).reduce((at, part) => at.table(nameOf(part), placeOf(part, file)), table)
  owner.set(nameOf(last), placeOf(last, file), content(pair.value, file))
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

function placeOf(item: AST.TOMLNode, file: SourceFile): Source {
  return { file, line: item.loc.start.line, col: item.loc.start.column + 1 }
}

function content(item: AST.TOMLContentNode, file: SourceFile): Node {
  const source = placeOf(item, file)
  if (item.type === 'TOMLArray') {
    const items = item.elements.map((element) => content(element, file))
    return { value: items.map((element) => element.value), source, items }
  }
  if (item.type === 'TOMLInlineTable') {
    const table = new Branch(source)
    for (const pair of item.body) addPair(table, pair, file)
    return table.node()
  }
  return { value: scalar(item, source), source }
}

function scalar(item: AST.TOMLValue, source: Source): Value {
  switch (item.kind) {
    case 'string':
      return templateOf(item.value, { ...source, col: source.col + (item.multiline ? 3 : 1) }, source)
    case 'integer':
    case 'boolean':
      return item.value
    case 'float':
      return Number.isInteger(item.value) ? new Float(item.value) : item.value
    default:
      return isoText(item.datetime)
  }
}

/** As Python writes dates: `1979-05-27T07:32:00+00:00`. */
function isoText(text: string): string {
  return text
    .replace(/^(\d{4}-\d\d-\d\d)[ t]/, '$1T')
    .replace(/[zZ]$/, '+00:00')
    .replace(/\.(\d+)/, (_, digits: string) => `.${digits.slice(0, 6).padEnd(6, '0')}`)
}
