import type { Source } from '../base/source.ts'
import { Template, type Value } from '../base/value.ts'
import { offsetSource, splitWords, type Word } from '../load/key-value.ts'
import type { Node } from '../load/node.ts'
import { templateOf, writtenText } from '../load/text.ts'
import type { ActionSpec } from '../module/registry.ts'
import { argumentNames } from '../module/validate.ts'
import { syntaxError } from './_compiler.ts'

export interface FreeForm {
  readonly options: ReadonlyMap<string, Node>
  /** A lone template in place of arguments: a mapping at run time. */
  readonly template?: Node | undefined
}

/** The words that commands take as options in their text; all others belong to the command. */
const COMMAND_OPTIONS = new Set(['creates', 'removes', 'chdir', 'executable', 'warn', 'stdin', 'stdin_add_newline', 'strip_empty_ends'])
const COMMANDS = new Set(['command', 'shell', 'raw', 'script', 'expect'])

/**
 * Arguments written as text behind the module's name: `k=v` words, or for commands the command itself.
 * @throws RunnerError `syntax` for words that the module does not take, and for quotes that are not closed
 */
export function readFreeForm(node: Node, spec: ActionSpec): FreeForm {
  const text = writtenText(node.value)
  const start = node.value instanceof Template ? (node.value.source ?? node.source) : node.source
  if (spec.freeForm === undefined && /^\s*\{\{.*\}\}\s*$/s.test(text) && !text.includes('=')) return { options: new Map(), template: node }
  const command = COMMANDS.has(spec.name)
  if (command && !OPTION.test(text)) return whole(spec, text, { source: start, start: node.source })
  const words = splitWords(text, start)
  const names = new Set(argumentNames(spec))
  const isOption = ({ key }: Word): boolean =>
    key !== undefined && (command ? COMMAND_OPTIONS.has(key) && names.has(key) : /^[\w.-]+$|\{\{/.test(key))
  const options = new Map<string, Node>()
  for (const word of words.filter(isOption))
    options.set(word.key ?? '', textNode(word.value, offsetSource(start, text, word.valueOffset), node.source))
  const rest = without(text, words.filter(isOption)).trim()
  if (rest === '') return { options }
  if (spec.freeForm === undefined)
    throw extraText(
      spec,
      words.find((word) => !isOption(word)),
      { text, start },
    )
  const first = words.find((word) => !isOption(word))?.offset ?? 0
  return { options: options.set(spec.freeForm, textNode(rest, offsetSource(start, text, first), node.source)) }
}

const OPTION = new RegExp(`(?:^|\\s)(?:${[...COMMAND_OPTIONS].join('|')})=`)

function whole(spec: ActionSpec, text: string, at: { readonly source: Source; readonly start: Source }): FreeForm {
  const trimmed = text.trim()
  if (trimmed === '') return { options: new Map() }
  return { options: new Map([[spec.freeForm ?? '_raw_params', textNode(trimmed, at.source, at.start)]]) }
}

function textNode(text: string, source: Source, start: Source): Node {
  const value: Value = templateOf(text, source, start)
  return { value, source }
}

function without(text: string, words: readonly Word[]): string {
  let out = ''
  let at = 0
  for (const word of words) {
    out += text.slice(at, word.offset)
    at = word.offset + word.text.length
    if (out === '' || /\s$/.test(out)) while (/[ \t]/.test(text.charAt(at))) at++
  }
  return out + text.slice(at)
}

function extraText(
  spec: ActionSpec,
  word: Word | undefined,
  { text, start }: { readonly text: string; readonly start: Source },
): ReturnType<typeof syntaxError> {
  const source = offsetSource(start, text, word?.offset ?? 0)
  const [name = 'name'] = argumentNames(spec)
  return syntaxError(
    `'${spec.name}' does not take the text '${word?.text ?? text}' without a name`,
    source,
    `write ${spec.name}: with a mapping below, such as ${name}: value`,
  )
}
