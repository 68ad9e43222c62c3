import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { Template, type Value } from '../base/value.ts'
import type { Collections } from '../load/collections.ts'
import type { VarLayer, VarMap } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { readSource } from '../load/source-file.ts'
import { createScope } from '../load/vars.ts'
import type { Warn } from '../load/warn.ts'
import { parseYaml, type YamlOptions } from '../load/yaml.ts'
import type { ActionSpec, Registry } from '../module/registry.ts'
import type { TemplateEngine } from '../template/engine.ts'
import type { Scope } from '../template/scope.ts'
import type { HandlerStep, IncludeContext, Keywords, RoleRef } from './types.ts'

/** What every part of the compiler works with. One for a run; `errors` are those of the compilation under way. */
export interface Compiler {
  readonly registry: Registry
  readonly engine: TemplateEngine
  readonly extraVars: VarMap
  readonly rolesPath: readonly string[]
  readonly collections: Collections
  readonly moduleDirs: readonly string[]
  readonly warn: Warn
  readonly yaml: YamlOptions
  readonly ids: { next: number }
  readonly specs: Map<string, ActionSpec | undefined>
  readonly files: Map<string, Node | undefined>
  /** What the handlers listen to, by their step's id: a step itself has no such field. */
  readonly topics: Map<number, readonly Value[]>
  readonly errors: RunnerError[]
}

/** What a play gathers while its roles and imports are flattened. */
export interface PlayContext {
  readonly playbookDir: string
  readonly playbookFile: string
  /** The collection that the playbook belongs to. */
  readonly collection: string | undefined
  /** Variables known before any host is: the play's own and `-e`. */
  readonly scope: Scope
  readonly handlers: HandlerStep[]
  readonly roleLayers: VarLayer[]
  readonly roles: RoleRef[]
  /** Folders of modules that the play's roles bring, for the whole play. */
  readonly libraries: string[]
  /** Keys of role uses that have run. */
  readonly done: Set<string>
}

/** What a list of steps takes over from where it stands. Also what a dynamic include keeps to go on from. */
export class Frame implements IncludeContext {
  readonly brand = 'include-context'
  readonly play: PlayContext
  readonly keywords: Keywords
  readonly layers: readonly VarLayer[]
  readonly role: RoleRef | undefined
  readonly file: string
  readonly parents: readonly string[]
  readonly kind: 'tasks' | 'handlers'

  constructor(parts: Omit<Frame, 'brand' | 'with'>) {
    this.play = parts.play
    this.keywords = parts.keywords
    this.layers = parts.layers
    this.role = parts.role
    this.file = parts.file
    this.parents = parts.parents
    this.kind = parts.kind
  }

  with(parts: Partial<Omit<Frame, 'brand' | 'with'>>): Frame {
    const { play, keywords, layers, role, file, parents, kind } = this
    return new Frame({ play, keywords, layers, role, file, parents, kind, ...parts })
  }
}

export function playScope(vars: VarMap, extraVars: VarMap): Scope {
  return createScope([
    { layer: 'play vars', vars },
    { layer: 'extra vars', vars: extraVars },
  ])
}

/** A file as a Node, parsed once a run. */
export function readNode(compiler: Compiler, file: string): Node | undefined {
  if (!compiler.files.has(file)) compiler.files.set(file, parseYaml(readSource(file, compiler.yaml.decrypt), compiler.yaml))
  return compiler.files.get(file)
}

/** A value that must be known before the run (the file of an import, a tag): rendered with the play's and `-e` variables. */
export function renderEarly(compiler: Compiler, frame: Frame, node: Node): Value {
  if (!(node.value instanceof Template)) return node.value
  try {
    return compiler.engine.render(node.value, frame.play.scope)
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    throw new RunnerError('syntax', error.message, {
      cause: error,
      trace: error.trace,
      source: error.source ?? node.source,
      hint: 'here only variables of the play and -e are known; for others use include_tasks or include_role',
    })
  }
}

/** Runs a part of the compilation, noting its error so that the rest of the file is checked too. */
export async function collecting<T>(compiler: Compiler, work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    compiler.errors.push(error)
    return otherwise
  }
}

export function syntaxError(message: string, source: Source, hint?: string): RunnerError {
  return new RunnerError('syntax', message, { source, hint })
}
