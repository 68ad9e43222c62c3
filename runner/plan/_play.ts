import { isList, isRecord, Template, type Value } from '../base/value.ts'
import type { VarMap } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { writtenText } from '../load/text.ts'
import { type Entries, PLAY_KEYWORDS, refuseUnknown } from './_attributes.ts'
import { searchList } from './_collections.ts'
import { type Compiler, collecting, Frame, type PlayContext, playScope, syntaxError } from './_compiler.ts'
import { compileHandlers } from './_handlers.ts'
import { readKeywords } from './_keywords.ts'
import { readPrompts } from './_prompts.ts'
import { compileRole } from './_role.ts'
import { roleEntry } from './_role-entry.ts'
import { compileSteps } from './_steps.ts'
import { readVars } from './_vars.ts'
import { readStrategy } from './strategies.ts'
import type { Keywords, Play, Section, Step } from './types.ts'

/** Where a play is written, and what an import_playbook around it gives. */
export interface PlayPlace {
  readonly playbookFile: string
  readonly startedFrom: string
  readonly playbookDir: string
  /** The collection that the playbook belongs to. */
  readonly collection: string | undefined
  readonly keywords: Keywords
  readonly vars: VarMap
}

const UNUSED = ['validate_argspec']

/** One play with its roles and static imports flattened. */
export async function compilePlay(compiler: Compiler, node: Node, place: PlayPlace): Promise<Play> {
  const { entries } = node
  if (entries === undefined) throw syntaxError('a play must be a mapping', node.source, 'write - hosts: … and tasks: below it')
  refusePlayMistakes(entries, node)
  for (const name of UNUSED) {
    const entry = entries.get(name)
    if (entry !== undefined) compiler.warn(`'${name}' has no effect`, entry.key)
  }
  const vars: VarMap = new Map([...place.vars, ...readVars(entries.get('vars')?.node, 'Play')])
  const play: PlayContext = {
    playbookDir: place.playbookDir,
    playbookFile: place.playbookFile,
    collection: place.collection,
    scope: playScope(vars, compiler.extraVars),
    handlers: [],
    roleLayers: [],
    roles: [],
    libraries: [],
    done: new Set(),
  }
  const outer = new Frame({
    play,
    keywords: { ...place.keywords, collections: searchList(place.keywords.collections, place.collection) },
    layers: [],
    role: undefined,
    file: place.playbookFile,
    parents: [],
    kind: 'tasks',
  })
  const frame = outer.with({ keywords: readKeywords(entries, { compiler, frame: outer }) })
  return { ...playFields(compiler, node, entries, place), ...(await playBody(compiler, entries, frame)), vars, keywords: frame.keywords }
}

type Body = Pick<Play, 'sections' | 'handlers' | 'roleLayers' | 'roles'>

async function playBody(compiler: Compiler, entries: Entries, frame: Frame): Promise<Body> {
  const { play } = frame
  const steps = (name: string): Promise<readonly Step[]> =>
    collecting(compiler, () => compileSteps(compiler, entries.get(name)?.node, frame), [])
  const sections: readonly Section[] = [
    { kind: 'pre_tasks', steps: await steps('pre_tasks') },
    { kind: 'roles', steps: await collecting(compiler, () => compileRoles(compiler, entries.get('roles')?.node, frame), []) },
    { kind: 'tasks', steps: await steps('tasks') },
    { kind: 'post_tasks', steps: await steps('post_tasks') },
  ]
  const own = await collecting(
    compiler,
    () => compileHandlers(compiler, entries.get('handlers')?.node, frame.with({ kind: 'handlers' })),
    [],
  )
  return { sections, handlers: [...play.handlers, ...own], roleLayers: play.roleLayers, roles: play.roles }
}

async function compileRoles(compiler: Compiler, node: Node | undefined, frame: Frame): Promise<readonly Step[]> {
  if (node === undefined || node.value === null) return []
  if (node.items === undefined) throw syntaxError('the roles of a play are a list', node.source, 'begin each role with a dash')
  const steps: Step[] = []
  for (const item of node.items) {
    steps.push(
      ...(await collecting(compiler, () => {
        const { use, inner } = roleEntry(compiler, item, frame)
        return compileRole(compiler, inner, use)
      }, [])),
    )
  }
  return steps
}

function refusePlayMistakes(entries: Entries, node: Node): void {
  refuseUnknown(entries, PLAY_KEYWORDS, 'Play')
  const hosts = entries.get('hosts')
  if (hosts === undefined)
    throw syntaxError("the field 'hosts' is required but was not set", node.source, 'a play begins with - hosts: pattern')
  if (!isPattern(hosts.node.value)) throw syntaxError("'hosts' must be a host pattern or a list of them, and not empty", hosts.node.source)
}

function isPattern(value: Value): boolean {
  if (isList(value)) return value.length > 0 && value.every((item) => isPattern(item))
  return value instanceof Template || (typeof value === 'string' && value.trim() !== '')
}

type Fields = Omit<Play, keyof Body | 'vars' | 'keywords'>

function playFields(compiler: Compiler, node: Node, entries: Entries, place: PlayPlace): Fields {
  const hosts = entries.get('hosts')?.node ?? node
  const field = (name: string): Node | undefined => {
    const found = entries.get(name)?.node
    if (found !== undefined) compiler.engine.checkSyntax(found.value)
    return found
  }
  const files = field('vars_files')
  return {
    id: compiler.ids.next++,
    name: field('name')?.value ?? patternText(hosts.value),
    source: node.source,
    playbookDir: place.playbookDir,
    playbookFile: place.playbookFile,
    startedFrom: place.startedFrom,
    hosts,
    gatherFacts: field('gather_facts')?.value,
    gatherSubset: field('gather_subset')?.value,
    gatherTimeout: field('gather_timeout')?.value,
    factPath: field('fact_path')?.value,
    serial: field('serial'),
    strategy: checkedStrategy(field('strategy')),
    order: field('order'),
    anyErrorsFatal: field('any_errors_fatal')?.value,
    maxFailPercentage: field('max_fail_percentage'),
    forceHandlers: field('force_handlers')?.value,
    varsFiles: files === undefined || files.value === null ? [] : (files.items ?? [files]),
    varsPrompt: readPrompts(compiler, entries.get('vars_prompt')?.node),
  }
}

function checkedStrategy(node: Node | undefined): Node | undefined {
  if (node !== undefined && !(node.value instanceof Template)) readStrategy(node.value, node.source)
  return node
}

function patternText(value: Value): Value {
  if (isList(value)) return value.map(writtenText).join(',')
  return isRecord(value) ? '' : value
}
