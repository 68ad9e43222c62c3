import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { located } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { toPlain } from '../base/value.ts'
import type { VarLayer, VarMap } from '../load/layer.ts'
import { type FoundRole, findRole, type LoadedRole, loadRole, type RoleFiles } from '../load/role.ts'
import { collectionNames, findCollectionRole, roleSearchList } from './_collections.ts'
import type { Compiler, Frame } from './_compiler.ts'
import { compileHandlers } from './_handlers.ts'
import { roleCheck } from './_role-check.ts'
import { roleEntry } from './_role-entry.ts'
import { compileSteps } from './_steps.ts'
import type { RoleRef, Step } from './types.ts'

/** One use of a role: an entry of `roles:`, a dependency, import_role or include_role. */
export interface RoleUse {
  readonly name: string
  readonly source: Source
  /** The `vars:` of an entry: with the role's own variables, and winning over them. */
  readonly vars: VarMap
  /** Other keys of an entry. */
  readonly params: VarMap
  readonly from: RoleFiles
  /** Runs though the same use has run already. */
  readonly again: boolean
  /** Its variables are seen by the whole play. */
  readonly public: boolean
  readonly validate: boolean
}

/** The steps of a role, its dependencies' before them; handlers and public variables are added to the play. */
export async function compileRole(compiler: Compiler, frame: Frame, use: RoleUse): Promise<readonly Step[]> {
  const { play } = frame
  const found = findRoleOf(compiler, frame, use)
  const role = readRole(compiler, found.path, use)
  const ref: RoleRef = {
    name: found.collection === undefined ? found.name : `${found.collection}.${found.name}`,
    shortName: found.name,
    path: found.path,
    collection: found.collection,
    parents: frame.role === undefined ? [] : [frame.role.name, ...frame.role.parents],
    includedBy: use.again && frame.role !== undefined ? [frame.role.name, ...frame.role.includedBy] : (frame.role?.includedBy ?? []),
    key: useKey(found.path, frame, use),
  }
  if (ref.parents.length > MAX_DEPTH) throw located(new Error(`the role '${use.name}' leads to itself without end`), use.source)
  const repeats = use.again || role.meta?.entries?.get('allow_duplicates')?.node.value === true
  if (play.done.has(ref.key) && !repeats) return []
  play.done.add(ref.key)
  play.roles.push(ref)
  addLibraries(play, ref)
  const own = ownLayers(role, use)
  if (use.public) play.roleLayers.push(...own.filter(({ vars }) => vars !== use.params && vars !== use.vars))
  const keywords = { ...frame.keywords, collections: roleSearchList(ref, collectionsOf(role), play.collection) }
  const inner = frame.with({ role: ref, keywords, layers: [...frame.layers, ...own], kind: 'tasks' })
  const before = await compileDependencies(compiler, role, inner)
  await addHandlers(compiler, role, inner)
  const check = use.validate ? await roleCheck({ compiler, role, frame: inner, use }) : []
  return [...before, ...check, ...(await compileTasks(compiler, role, inner))]
}

const MAX_DEPTH = 100

/** A role of a collection is preferred to one of the same name that lies elsewhere. */
function findRoleOf(compiler: Compiler, frame: Frame, use: RoleUse): FoundRole {
  const { playbookDir } = frame.play
  const own = findCollectionRole(compiler, frame, use.name)
  if (own !== undefined) return own
  const beside = frame.role === undefined ? undefined : dirname(frame.role.path)
  return findRole(use.name, { playbookDir, rolesPath: compiler.rolesPath, beside }, use.source)
}

/** A role's modules are there for all that is loaded after it. */
function addLibraries({ libraries }: Frame['play'], { path, collection }: RoleRef): void {
  const folder = join(path, 'library')
  if (collection === undefined && existsSync(folder) && !libraries.includes(folder)) libraries.push(folder)
}

function collectionsOf({ meta }: LoadedRole): readonly string[] {
  const node = meta?.entries?.get('collections')?.node
  return node === undefined ? [] : collectionNames(node)
}

function readRole(compiler: Compiler, path: string, use: RoleUse): LoadedRole {
  try {
    return loadRole(path, use.from, compiler.yaml)
  } catch (error) {
    throw located(error, use.source)
  }
}

function ownLayers(role: LoadedRole, use: RoleUse): readonly VarLayer[] {
  const layers: readonly VarLayer[] = [
    { layer: 'role defaults', vars: role.defaults },
    { layer: 'role vars', vars: role.vars },
    { layer: 'role vars', vars: use.vars },
    { layer: 'role parameters', vars: use.params },
  ]
  return layers.filter(({ vars }) => vars.size > 0)
}

async function compileDependencies(compiler: Compiler, role: LoadedRole, frame: Frame): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const node of role.meta?.entries?.get('dependencies')?.node.items ?? []) {
    const { use, inner } = roleEntry(compiler, node, frame)
    steps.push(...(await compileRole(compiler, inner, use)))
  }
  return steps
}

async function addHandlers(compiler: Compiler, role: LoadedRole, frame: Frame): Promise<void> {
  const { play } = frame
  const key = `handlers\0${frame.role?.key ?? ''}`
  if (role.handlers === undefined || play.done.has(key)) return
  play.done.add(key)
  const inner = frame.with({ kind: 'handlers', file: role.handlers.file, parents: [frame.file, ...frame.parents] })
  play.handlers.push(...(await compileHandlers(compiler, role.handlers.node, inner)))
}

function compileTasks(compiler: Compiler, role: LoadedRole, frame: Frame): Promise<readonly Step[]> {
  if (role.tasks === undefined) return Promise.resolve([])
  return compileSteps(compiler, role.tasks.node, frame.with({ file: role.tasks.file, parents: [frame.file, ...frame.parents] }))
}

/** Two uses are the same when nothing that the role could see differs. */
function useKey(path: string, frame: Frame, use: RoleUse): string {
  const plain = (vars: VarMap): unknown => [...vars].map(([name, { value }]) => [name, toPlain(value)])
  const { keywords } = frame
  return JSON.stringify([
    path,
    plain(use.vars),
    plain(use.params),
    use.from,
    keywords.tags,
    keywords.when.map((node) => toPlain(node.value)),
    toPlain(keywords.delegateTo?.value ?? null),
  ])
}
