import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import { isRecord, Template, type Value } from '../base/value.ts'
import type { VarEntry } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { writtenText } from '../load/text.ts'
import type { StructureName } from './_action.ts'
import { BLOCK_KEYWORDS, refuseUnknown } from './_attributes.ts'
import { readNode, renderEarly, syntaxError } from './_compiler.ts'
import { findTasksFile } from './_find-tasks.ts'
import { inheritable, readKeywords } from './_keywords.ts'
import { loopKey } from './_loop.ts'
import { compileRole } from './_role.ts'
import { compileSteps, stepBase, type TaskPlace, withVars } from './_steps.ts'
import { readVars } from './_vars.ts'
import type { IncludeStep, Step } from './types.ts'

const TASKS_OPTIONS = ['file', 'apply']
const ROLE_OPTIONS = [
  'name',
  'role',
  'tasks_from',
  'vars_from',
  'defaults_from',
  'handlers_from',
  'public',
  'allow_duplicates',
  'rolespec_validate',
  'apply',
]

/** The language's own includes (a step, read when a host gets there) and imports (replaced by their tasks now). */
export async function compileStructure(place: TaskPlace, what: StructureName): Promise<readonly Step[]> {
  const { source } = place.written
  switch (what) {
    case 'include_tasks':
      return [compileInclude(place, 'tasks', includeOptions(place, what, TASKS_OPTIONS))]
    case 'include_role':
      if (place.frame.kind === 'handlers') throw syntaxError("'include_role' cannot be a handler", source)
      return [compileInclude(place, 'role', includeOptions(place, what, ROLE_OPTIONS))]
    case 'import_tasks':
      return importTasks(place, includeOptions(place, what, TASKS_OPTIONS))
    case 'import_role':
      return importRole(place, includeOptions(place, what, ROLE_OPTIONS))
    case 'import_playbook':
      throw syntaxError("'import_playbook' stands beside plays, not among tasks", source)
    case 'include':
      throw syntaxError("'include' was removed from the language", source, 'use include_tasks or import_tasks')
  }
}

type Options = ReadonlyMap<string, Node>

function includeOptions({ written, entries }: TaskPlace, what: StructureName, known: readonly string[]): Options {
  const options = new Map<string, Node>()
  const add = (node: Node | undefined): void => {
    for (const [name, { key, node: child }] of node?.entries ?? []) {
      if (!known.includes(name) || (name === 'apply' && what.startsWith('import_'))) {
        throw syntaxError(
          `Invalid options for ${what}: ${name}`,
          key,
          name === 'apply' ? `'apply' is for include_ forms; give the keyword to ${what} itself` : didYouMean(name, known),
        )
      }
      options.set(name === 'role' ? 'name' : name, child)
    }
  }
  add(entries.get('args')?.node)
  add(written.args)
  const main = what.endsWith('_role') ? 'name' : 'file'
  if (written.args.entries === undefined && written.args.value !== null)
    for (const [name, node] of wordOptions(written.args, main)) options.set(name, node)
  if (!options.has(main))
    throw syntaxError(
      `'${what}' needs ${main === 'file' ? 'a file' : "the role's name"}`,
      written.source,
      `write ${what}: with ${main}: below it`,
    )
  return options
}

/** `include_tasks: file.yml`, `include_role: name=web tasks_from=x`. */
function wordOptions(node: Node, main: string): Options {
  const text = writtenText(node.value)
  if (!/^\s*\w+=/.test(text)) return new Map([[main, node]])
  const options = new Map<string, Node>()
  for (const word of text.trim().split(/\s+(?=\w+=)/)) {
    const value = word.slice(word.indexOf('=') + 1).replace(/^(["'])(.*)\1$/, '$2')
    options.set(word.slice(0, word.indexOf('=')), {
      source: node.source,
      value: /\{[{%#]/.test(value) ? new Template(value, node.source) : value,
    })
  }
  return options
}

function compileInclude(place: TaskPlace, what: 'tasks' | 'role', options: Options): IncludeStep {
  const { frame, entries, compiler } = place
  for (const node of options.values()) compiler.engine.checkSyntax(node.value)
  const apply = options.get('apply')
  if (apply !== undefined && !(apply.value instanceof Template)) {
    if (!isRecord(apply.value)) throw syntaxError("'apply' must be a mapping of keywords", apply.source)
    refuseUnknown(apply.entries ?? new Map(), BLOCK_KEYWORDS, 'Block')
  }
  const vars = readVars(entries.get('vars')?.node, 'Task')
  const outer = frame.with({ keywords: { ...frame.keywords, collections: place.keywords.collections } })
  const context = vars.size === 0 ? outer : outer.with({ layers: [...frame.layers, { layer: 'include parameters', vars }] })
  const args = new Map<string, VarEntry>(
    [...options].filter(([name]) => name !== 'apply').map(([name, node]) => [name, { value: node.value, source: node.source }] as const),
  )
  return { kind: 'include', what, ...stepBase(place), args, argNodes: options, apply, context }
}

async function importTasks(place: TaskPlace, options: Options): Promise<readonly Step[]> {
  const { compiler, frame, entries, node } = place
  refuseLoop(place, 'import_tasks', 'include_tasks')
  const option = options.get('file') ?? node
  const file = findTasksFile(text(renderEarly(compiler, frame, option), option), frame, option.source)
  if (frame.parents.filter((parent) => parent === file).length > MAX_NESTING) {
    throw new RunnerError('limit', `${file} imports itself without end`, { source: option.source, hint: 'use include_tasks with a when' })
  }
  const inner = frame.with({
    keywords: inheritable(place.keywords),
    layers: withVars(frame.layers, entries, 'block'),
    file,
    parents: [frame.file, ...frame.parents],
  })
  const tasks = readNode(compiler, file)
  if (tasks === undefined) compiler.warn(`file ${file} is empty and had no tasks to include`)
  return compileSteps(compiler, tasks, inner)
}

const MAX_NESTING = 40

async function importRole(place: TaskPlace, options: Options): Promise<readonly Step[]> {
  const { compiler, frame, entries, written } = place
  if (frame.kind === 'handlers') throw syntaxError("'import_role' cannot be a handler", written.source)
  refuseLoop(place, 'import_role', 'include_role')
  const option = (name: string): string | undefined => {
    const node = options.get(name)
    return node === undefined ? undefined : text(renderEarly(compiler, frame, node), node)
  }
  const flag = (name: string): boolean | undefined => {
    const value = options.get(name)?.value
    return typeof value === 'boolean' ? value : undefined
  }
  const name = option('name') ?? ''
  const inner = frame.with({ keywords: inheritable(place.keywords), layers: withVars(frame.layers, entries, 'block') })
  return compileRole(compiler, inner, {
    name,
    source: options.get('name')?.source ?? written.source,
    vars: new Map(),
    params: new Map(),
    again: true,
    public: flag('public') ?? true,
    validate: flag('rolespec_validate') ?? true,
    from: { tasks: option('tasks_from'), vars: option('vars_from'), defaults: option('defaults_from'), handlers: option('handlers_from') },
  })
}

function refuseLoop({ entries }: TaskPlace, what: string, instead: string): void {
  const loop = loopKey(entries)
  const key = loop === undefined ? undefined : entries.get(loop)?.key
  if (key !== undefined) throw syntaxError(`You cannot use loops on '${what}' statements`, key, `use '${instead}'`)
}

function text(value: Value, node: Node): string {
  if (typeof value === 'string' && value !== '') return value
  throw syntaxError('a name is expected here', node.source)
}

/** Keywords and variables that `apply:` gives to the steps inside an include. */
export function applied(place: Pick<TaskPlace, 'compiler' | 'frame'>, apply: Node | undefined): TaskPlace['frame'] {
  const { compiler, frame } = place
  const entries = apply?.entries
  if (entries === undefined) return frame
  return frame.with({ keywords: inheritable(readKeywords(entries, { compiler, frame })), layers: withVars(frame.layers, entries, 'block') })
}
