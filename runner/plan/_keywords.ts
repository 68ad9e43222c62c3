import { RunnerError } from '../base/error.ts'
import { isList, isRecord, Template, type Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import { writtenText } from '../load/text.ts'
import type { Entries } from './_attributes.ts'
import { collectionNames, searchList } from './_collections.ts'
import { type Compiler, type Frame, renderEarly, syntaxError } from './_compiler.ts'
import { readLoop } from './_loop.ts'
import { groupsOf } from './_module-groups.ts'
import { readDebugger } from './debuggers.ts'
import type { Keywords } from './types.ts'

/** No keyword set at all: what a play starts from. */
export const NO_KEYWORDS: Keywords = {
  when: [],
  tags: [],
  environment: [],
  notify: [],
  moduleDefaults: [],
  collections: [],
  loop: undefined,
  register: undefined,
  registerSource: undefined,
  until: undefined,
  retries: undefined,
  delay: undefined,
  changedWhen: undefined,
  failedWhen: undefined,
  ignoreErrors: undefined,
  ignoreUnreachable: undefined,
  anyErrorsFatal: undefined,
  checkMode: undefined,
  diff: undefined,
  noLog: undefined,
  become: undefined,
  becomeUser: undefined,
  becomeMethod: undefined,
  becomeFlags: undefined,
  becomeExe: undefined,
  delegateTo: undefined,
  delegateFacts: undefined,
  runOnce: undefined,
  throttle: undefined,
  timeout: undefined,
  connection: undefined,
  remoteUser: undefined,
  port: undefined,
  debugger: undefined,
  async: undefined,
  poll: undefined,
}

interface ReadContext {
  readonly compiler: Compiler
  readonly frame: Frame
}

type Draft = { -readonly [K in keyof Keywords]: Keywords[K] }
type Read = (draft: Draft, node: Node, context: ReadContext) => void

/** The keywords of a play, block, role or task on top of what it inherits. Of the outer keywords, those of one task alone are dropped. */
export function readKeywords(entries: Entries, context: ReadContext): Keywords {
  const draft: Draft = { ...context.frame.keywords }
  for (const [name, { node }] of entries) READERS[name]?.(draft, node, context)
  draft.loop = readLoop(entries, context.compiler.engine) ?? draft.loop
  return draft
}

const READERS: Readonly<Record<string, Read>> = {
  when: (draft, node, context) => {
    draft.when = [...draft.when, ...conditions(node, context)]
  },
  tags: (draft, node, context) => {
    draft.tags = [...new Set([...draft.tags, ...readTags(node, context)])]
  },
  environment: (draft, node, context) => {
    draft.environment = [...draft.environment, ...parts(checked(node, context))]
  },
  notify: (draft, node, context) => {
    draft.notify = [...draft.notify, ...parts(checked(node, context))]
  },
  module_defaults: (draft, node, context) => {
    const defaults = parts(checked(node, context)).map((part) => ({ node: part, groups: groupsOf(part, context) }))
    draft.moduleDefaults = [...draft.moduleDefaults, ...defaults]
  },
  collections: (draft, node, { frame }) => {
    draft.collections = searchList(collectionNames(node), frame.play.collection)
  },
  register: (draft, node) => {
    draft.register = registerName(node)
    draft.registerSource = node.source
  },
  until: (draft, node, context) => {
    draft.until = condition(node, context)
  },
  changed_when: (draft, node, context) => {
    draft.changedWhen = condition(node, context)
  },
  failed_when: (draft, node, context) => {
    draft.failedWhen = condition(node, context)
  },
  delegate_to: (draft, node, context) => {
    draft.delegateTo = checked(node, context)
  },
  retries: (draft, node, context) => {
    draft.retries = number('retries', node, context)
  },
  delay: (draft, node, context) => {
    draft.delay = number('delay', node, context)
  },
  throttle: (draft, node, context) => {
    draft.throttle = number('throttle', node, context)
  },
  timeout: (draft, node, context) => {
    draft.timeout = number('timeout', node, context)
  },
  port: (draft, node, context) => {
    draft.port = number('port', node, context)
  },
  async: (draft, node, context) => {
    draft.async = number('async', node, context)
  },
  poll: (draft, node, context) => {
    draft.poll = number('poll', node, context)
  },
  ignore_errors: (draft, node, context) => {
    draft.ignoreErrors = boolean('ignore_errors', node, context)
  },
  ignore_unreachable: (draft, node, context) => {
    draft.ignoreUnreachable = boolean('ignore_unreachable', node, context)
  },
  any_errors_fatal: (draft, node, context) => {
    draft.anyErrorsFatal = boolean('any_errors_fatal', node, context)
  },
  check_mode: (draft, node, context) => {
    draft.checkMode = boolean('check_mode', node, context)
  },
  diff: (draft, node, context) => {
    draft.diff = boolean('diff', node, context)
  },
  no_log: (draft, node, context) => {
    draft.noLog = boolean('no_log', node, context)
  },
  run_once: (draft, node, context) => {
    draft.runOnce = boolean('run_once', node, context)
  },
  delegate_facts: (draft, node, context) => {
    draft.delegateFacts = boolean('delegate_facts', node, context)
  },
  become: (draft, node, context) => {
    draft.become = boolean('become', node, context)
  },
  become_user: (draft, node, context) => {
    draft.becomeUser = checked(node, context).value
  },
  become_method: (draft, node, context) => {
    draft.becomeMethod = checked(node, context).value
  },
  become_flags: (draft, node, context) => {
    draft.becomeFlags = checked(node, context).value
  },
  become_exe: (draft, node, context) => {
    draft.becomeExe = checked(node, context).value
  },
  connection: (draft, node, context) => {
    draft.connection = checked(node, context).value
  },
  remote_user: (draft, node, context) => {
    draft.remoteUser = checked(node, context).value
  },
  debugger: (draft, node, context) => {
    const { value } = checked(node, context)
    if (!(value instanceof Template)) readDebugger(value, node.source)
    draft.debugger = value
  },
}

/** What steps inside inherit: all but the keywords that mean one task. */
export function inheritable(keywords: Keywords): Keywords {
  return {
    ...keywords,
    loop: undefined,
    register: undefined,
    registerSource: undefined,
    until: undefined,
    retries: undefined,
    delay: undefined,
    changedWhen: undefined,
    failedWhen: undefined,
    async: undefined,
    poll: undefined,
  }
}

function checked(node: Node, { compiler }: ReadContext): Node {
  compiler.engine.checkSyntax(node.value)
  return node
}

function parts(node: Node): readonly Node[] {
  return node.value === null ? [] : (node.items ?? [node])
}

function conditions(node: Node, context: ReadContext): readonly Node[] {
  return parts(node).map((part) => condition(part, context))
}

function condition(node: Node, { compiler }: ReadContext): Node {
  if (isRecord(node.value)) throw syntaxError('a conditional must be an expression, not a mapping', node.source, 'quote the expression')
  for (const part of parts(node)) compiler.engine.checkCondition(part.value, part.source)
  return node
}

function readTags(node: Node, { compiler, frame }: ReadContext): readonly string[] {
  const split = (value: Value): readonly string[] => {
    if (value === null) return []
    if (isList(value)) return value.flatMap(split)
    if (isRecord(value)) throw syntaxError('tags must be names or a list of them', node.source)
    return writtenText(value)
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '')
  }
  return parts(node).flatMap((part) => split(renderEarly(compiler, frame, part)))
}

function registerName(node: Node): string {
  const name = node.value
  if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name)) return name
  throw new RunnerError('syntax', `invalid variable name in 'register' specified: '${writtenText(name)}'`, {
    source: node.source,
    hint: 'names have letters, digits and _ only, and do not begin with a digit',
  })
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'on', 'true', '1', 'y', 't'].map((word) => [word, true] as const),
  ...['no', 'off', 'false', '0', 'n', 'f'].map((word) => [word, false] as const),
])

function boolean(name: string, node: Node, context: ReadContext): Value | undefined {
  const { value } = checked(node, context)
  if (value instanceof Template || typeof value === 'boolean') return value
  if (value === null) return undefined
  const word = typeof value === 'string' || typeof value === 'number' ? WORDS.get(String(value).toLowerCase()) : undefined
  if (word === undefined) throw syntaxError(`the value of '${name}' must be true or false`, node.source)
  return word
}

function number(name: string, node: Node, context: ReadContext): Value | undefined {
  const { value } = checked(node, context)
  if (value instanceof Template || typeof value === 'number') return value
  if (value === null) return undefined
  const size =
    typeof value === 'string' && value.trim() !== ''
      ? Number(value)
      : typeof value === 'object' && 'value' in value && typeof value.value === 'number'
        ? value.value
        : Number.NaN
  if (Number.isNaN(size)) throw syntaxError(`the value of '${name}' must be a number`, node.source)
  return size
}
