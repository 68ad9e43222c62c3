import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { didYouMean } from '../base/did-you-mean.ts'
import { located, RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { type Collection, qualifiedName, type Route } from '../load/collections.ts'
import type { ActionSpec } from '../module/registry.ts'
import type { WrittenAction } from './_action.ts'
import { keywordHint, TASK_KEYWORDS } from './_attributes.ts'
import { BUILTIN } from './_collections.ts'
import { type Compiler, type Frame, syntaxError } from './_compiler.ts'

/**
 * The module or action of a name, looked up once for each place it can come from.
 * @throws RunnerError `syntax` for a name that nothing answers to, or a module that needs Python
 */
export async function findSpec(compiler: Compiler, action: WrittenAction, frame: Frame): Promise<ActionSpec> {
  const { name, source } = action
  const key = [name, frame.role?.path, frame.play.playbookDir, ...frame.play.libraries, ...frame.keywords.collections].join('\0')
  try {
    if (!compiler.specs.has(key)) compiler.specs.set(key, await findNamed({ compiler, frame, source }, name))
  } catch (error) {
    throw located(error, source)
  }
  return compiler.specs.get(key) ?? unresolved(compiler, frame, action)
}

interface Place {
  readonly compiler: Compiler
  readonly frame: Frame
  readonly source: Source
}

/** A name without a collection is looked for in those of the `collections` keyword, where there is one. */
async function findNamed(place: Place, name: string): Promise<ActionSpec | undefined> {
  const list = name.includes('.') ? [] : place.frame.keywords.collections
  if (list.length === 0) return findOne(place, name, [name])
  for (const collection of list) {
    const spec = await findOne(place, collection === 'ansible.legacy' ? name : `${collection}.${name}`, [name])
    if (spec !== undefined) return spec
  }
  return undefined
}

/** `seen` are the names that redirects have led over. */
async function findOne(place: Place, name: string, seen: readonly string[]): Promise<ActionSpec | undefined> {
  const { compiler, frame } = place
  const qualified = qualifiedName(name)
  if (qualified === undefined || BUILTIN.has(qualified.collection)) {
    refuseActionPlugin(place, name)
    return findOwn(place, name)
  }
  const collection = compiler.collections.find(qualified.collection, frame.play.playbookDir)
  const short = qualified.path.join('.')
  const route = collection?.runtime.routes.get(short)
  const redirect = route === undefined ? undefined : followed(place, name, route)
  if (redirect !== undefined && seen.includes(redirect))
    throw new RunnerError('syntax', `plugin redirect loop resolving ${seen[0] ?? name}: ${[...seen, redirect].join(' to ')}`)
  if (redirect !== undefined) return findOne(place, redirect, [...seen, redirect])
  const ours = await compiler.registry.find(name)
  return collection === undefined ? ours : installed(place, { collection, path: qualified.path, ours })
}

interface Installed {
  readonly collection: Collection
  readonly path: readonly string[]
  /** A module of our own with this name. */
  readonly ours: ActionSpec | undefined
}

/** The collection's own module, if hosts can run it; ours stands for one that needs Python. */
async function installed(place: Place, { collection, path, ours }: Installed): Promise<ActionSpec | undefined> {
  try {
    return (await inCollection(place, collection, path)) ?? ours
  } catch (error) {
    if (ours === undefined) throw error
    return ours
  }
}

/** The name that a route leads to, after what it has to say. */
function followed({ compiler, source }: Place, name: string, { tombstone, deprecation, redirect }: Route): string | undefined {
  if (tombstone !== undefined) throw new RunnerError('not-found', `The '${name}' module has been removed. ${tombstone.text}`.trim())
  if (deprecation !== undefined) {
    const when = deprecation.version ?? deprecation.date
    compiler.warn(
      `${name} has been deprecated. ${deprecation.text}${when === undefined ? '' : ` It will be removed after ${when}.`}`,
      source,
    )
  }
  if (redirect === undefined || qualifiedName(redirect) !== undefined) return redirect
  throw new RunnerError('syntax', `the redirect of ${name} to '${redirect}' is invalid: redirects need fully qualified names`)
}

async function inCollection({ compiler }: Place, { name, path }: Collection, parts: readonly string[]): Promise<ActionSpec | undefined> {
  const short = parts.at(-1) ?? ''
  const folders = parts.slice(0, -1)
  const plugin = join(path, 'plugins', 'action', ...folders, `${short}.py`)
  if (existsSync(plugin)) throw needsPython(plugin)
  const spec = await compiler.registry.inFolder(short, join(path, 'plugins', 'modules', ...folders))
  return spec?.foreign === undefined ? spec : { ...spec, name: `${name}.${parts.join('.')}` }
}

/** The user's module in front of ours; where that one cannot be used, the error tells of ours. */
async function findOwn({ compiler, frame }: Place, name: string): Promise<ActionSpec | undefined> {
  try {
    return await compiler.registry.find(name, moduleFolders(compiler, frame))
  } catch (error) {
    const short = name.replace(/^ansible\.legacy\./, '')
    if (!(error instanceof RunnerError) || (await compiler.registry.find(`ansible.builtin.${short}`)) === undefined) throw error
    throw error.with({ hint: `without this file '${short}' is our own module, and 'ansible.builtin.${short}' is it in any case` })
  }
}

/** A plugin of the controller stands in front of the module of its name. */
function refuseActionPlugin({ frame }: Place, name: string): void {
  const short = name.replace(/^ansible\.legacy\./, '')
  if (!/^\w+$/.test(short)) return
  const folders = [frame.play.playbookDir, ...(frame.role === undefined ? [] : [frame.role.path])]
  const plugin = folders.map((folder) => join(folder, 'action_plugins', `${short}.py`)).find((file) => existsSync(file))
  if (plugin !== undefined) throw needsPython(plugin)
}

function needsPython(plugin: string): RunnerError {
  return new RunnerError('syntax', `${plugin} needs Python: it is a plugin that runs on the controller`, {
    hint: 'write it as a module in modules/, or do its work with the modules that there are',
  })
}

function moduleFolders(compiler: Compiler, frame: Frame): readonly string[] {
  const { playbookDir, libraries } = frame.play
  const role = frame.role === undefined ? [] : [join(frame.role.path, 'modules')]
  return [...role, join(playbookDir, 'modules'), join(playbookDir, 'library'), ...libraries, ...compiler.moduleDirs]
}

function unresolved(compiler: Compiler, frame: Frame, { name, source }: WrittenAction): never {
  throw syntaxError(
    `couldn't resolve module/action '${name}'. This often indicates a misspelling, missing collection, or incorrect module path.`,
    source,
    hintFor(compiler, frame, name),
  )
}

function hintFor({ registry, collections }: Compiler, frame: Frame, name: string): string {
  const qualified = qualifiedName(name)
  const short = qualified?.path.at(-1) ?? name
  const known = [...registry.names(), 'include_tasks', 'import_tasks', 'include_role', 'import_role']
  const meant =
    didYouMean(short, known) ?? (known.includes(short) ? `did you mean '${short}'?` : undefined) ?? keywordHint(short, TASK_KEYWORDS)
  if (meant !== undefined) return meant
  if (
    qualified !== undefined &&
    !BUILTIN.has(qualified.collection) &&
    collections.find(qualified.collection, frame.play.playbookDir) === undefined
  )
    return `the collection ${qualified.collection} is not installed, and has no module of ours with this name; run doc lists those there are`
  const absent = frame.keywords.collections.filter(
    (each) => !BUILTIN.has(each) && collections.find(each, frame.play.playbookDir) === undefined,
  )
  if (qualified === undefined && absent.length > 0) return `not installed of the play's collections: ${absent.join(', ')}`
  return 'run doc lists all modules; own ones belong into modules/ or library/ beside the playbook or in the role'
}
