import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import type { Source, SourceFile } from '../base/source.ts'
import { Template, type Value } from '../base/value.ts'
import { type Collections, findCollectionPlaybook, NO_COLLECTIONS } from '../load/collections.ts'
import type { VarMap } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { NO_VARS } from '../load/vars.ts'
import type { Warn } from '../load/warn.ts'
import { parseYaml } from '../load/yaml.ts'
import type { Registry } from '../module/registry.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { type Entries, IMPORT_KEYWORDS, refuseUnknown } from './_attributes.ts'
import { type Compiler, collecting, Frame, playScope, readNode, renderEarly, syntaxError } from './_compiler.ts'
import { throwFirst } from './_first-error.ts'
import { inheritable, NO_KEYWORDS, readKeywords } from './_keywords.ts'
import { compilePlay, type PlayPlace } from './_play.ts'
import { readVars } from './_vars.ts'
import { createIncludeCompiler } from './include.ts'
import type { IncludeCompiler, Plan, Play } from './types.ts'

export interface CompileOptions {
  readonly registry: Registry
  readonly engine: TemplateEngine
  readonly extraVars: VarMap
  readonly rolesPath: readonly string[]
  readonly collections?: Collections | undefined
  readonly warn: Warn
  /** Folders with the user's own modules, besides those beside the playbook and in roles. */
  readonly moduleDirs?: readonly string[] | undefined
  readonly decrypt?: ((text: string) => string) | undefined
}

export interface Compiled {
  readonly plan: Plan
  readonly includes: IncludeCompiler
}

/**
 * Compiles playbooks: everything that can be wrong without asking a host is found here.
 * @throws RunnerError the first error of the first file that has any; the others are in its trace
 */
export async function compilePlaybooks(paths: readonly string[], options: CompileOptions): Promise<Compiled> {
  const compiler = newCompiler(options)
  const plays: Play[] = []
  for (const path of paths) {
    const file = resolve(path)
    plays.push(
      ...(await compileFile(compiler, file, {
        playbookFile: file,
        startedFrom: file,
        playbookDir: dirname(file),
        collection: compiler.collections.of(file, dirname(file))?.name,
        keywords: NO_KEYWORDS,
        vars: NO_VARS,
      })),
    )
    throwFirst(compiler.errors)
  }
  return { plan: { plays }, includes: createIncludeCompiler(compiler) }
}

/** Compiles a playbook that is no file, such as the one task of a command line; `playbookDir` stands for its folder. */
export async function compileText(file: SourceFile, playbookDir: string, options: CompileOptions): Promise<Compiled> {
  const compiler = newCompiler(options)
  const name = join(playbookDir, '__adhoc_playbook__')
  const place: PlayPlace = {
    playbookFile: name,
    startedFrom: name,
    playbookDir,
    collection: undefined,
    keywords: NO_KEYWORDS,
    vars: NO_VARS,
  }
  const plays: Play[] = []
  for (const node of parseYaml(file, compiler.yaml)?.items ?? [])
    plays.push(...(await collecting(compiler, () => compileEntry(compiler, node, place), [])))
  throwFirst(compiler.errors)
  return { plan: { plays }, includes: createIncludeCompiler(compiler) }
}

function newCompiler({ registry, engine, extraVars, rolesPath, collections, warn, moduleDirs, decrypt }: CompileOptions): Compiler {
  return {
    registry,
    engine,
    extraVars,
    warn,
    rolesPath: rolesPath.map((path) => resolve(path)),
    collections: collections ?? NO_COLLECTIONS,
    moduleDirs: moduleDirs ?? [],
    yaml: { warn, decrypt },
    ids: { next: 1 },
    specs: new Map(),
    files: new Map(),
    topics: new Map(),
    errors: [],
  }
}

async function compileFile(compiler: Compiler, file: string, place: PlayPlace): Promise<readonly Play[]> {
  const root = readNode(compiler, file)
  if (root === undefined) return []
  if (root.items === undefined) throw syntaxError('a playbook must be a list of plays', root.source, 'begin each play with - hosts: …')
  const plays: Play[] = []
  for (const node of root.items) plays.push(...(await collecting(compiler, () => compileEntry(compiler, node, place), [])))
  return plays
}

async function compileEntry(compiler: Compiler, node: Node, place: PlayPlace): Promise<readonly Play[]> {
  const imported = node.entries?.get('import_playbook') ?? node.entries?.get('ansible.builtin.import_playbook')
  if (imported === undefined || node.entries === undefined) return [await compilePlay(compiler, node, place)]
  return importPlaybook(compiler, node.entries, { imported: imported.node, place })
}

interface Import {
  readonly imported: Node
  readonly place: PlayPlace
}

async function importPlaybook(compiler: Compiler, entries: Entries, { imported, place }: Import): Promise<readonly Play[]> {
  refuseUnknown(entries, IMPORT_KEYWORDS, 'PlaybookInclude')
  const vars: VarMap = new Map([...place.vars, ...readVars(entries.get('vars')?.node, 'PlaybookInclude')])
  const play = {
    playbookDir: place.playbookDir,
    playbookFile: place.playbookFile,
    collection: place.collection,
    scope: playScope(vars, compiler.extraVars),
    handlers: [],
    roleLayers: [],
    roles: [],
    libraries: [],
    done: new Set<string>(),
  }
  const frame = new Frame({
    play,
    keywords: place.keywords,
    layers: [],
    role: undefined,
    file: place.playbookFile,
    parents: [],
    kind: 'tasks',
  })
  const name = fileName(renderEarly(compiler, frame, imported), imported.source)
  const file = findCollectionPlaybook(name, compiler.collections, place.playbookDir) ?? resolve(place.playbookDir, name)
  if (!existsSync(file))
    throw new RunnerError('not-found', `the playbook '${relative(place.playbookDir, file)}' was not found`, missing(file, imported.source))
  return compileFile(compiler, file, {
    playbookFile: file,
    startedFrom: place.startedFrom,
    playbookDir: dirname(file),
    collection: compiler.collections.of(file, place.playbookDir)?.name,
    keywords: inheritable(readKeywords(entries, { compiler, frame })),
    vars,
  })
}

/** Which playbook of the same folder was probably meant. */
function missing(file: string, source: Source): { readonly source: Source; readonly hint: string } {
  const folder = dirname(file)
  const near = existsSync(folder)
    ? didYouMean(
        basename(file),
        readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)),
      )
    : undefined
  return { source, hint: near ?? `looked in ${folder}` }
}

function fileName(value: Value, source: Source): string {
  if (typeof value === 'string' && value !== '') return value
  throw syntaxError(`'import_playbook' needs a file${value instanceof Template ? ' whose name is known' : ''}`, source)
}
