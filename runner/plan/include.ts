import { RunnerError } from '../base/error.ts'
import type { VarLayer } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { readSource } from '../load/source-file.ts'
import { parseYaml } from '../load/yaml.ts'
import { type Compiler, Frame, type PlayContext } from './_compiler.ts'
import { findTasksFile } from './_find-tasks.ts'
import { throwFirst } from './_first-error.ts'
import { compileRole } from './_role.ts'
import { compileSteps } from './_steps.ts'
import { applied } from './_structure.ts'
import type { CompiledRole, IncludeCompiler, IncludeStep, Step } from './types.ts'

/** Compiles dynamic includes in the course of a run: a file is parsed once, its steps are made anew for each include. */
export function createIncludeCompiler(compiler: Compiler): IncludeCompiler {
  return {
    tasks: (include, file, params) => compileTasks({ ...compiler, errors: [] }, include, { file, params }),
    role: (include, role, params) => compileIncludedRole({ ...compiler, errors: [] }, include, { role, params }),
  }
}

/**
 * The file that an include's rendered name means.
 * @throws RunnerError `not-found` that lists the places looked at
 */
export function findIncluded(include: IncludeStep, name: string): string {
  return findTasksFile(name, frameOf(include), include.argNodes.get('file')?.source ?? include.source)
}

async function compileTasks(
  compiler: Compiler,
  include: IncludeStep,
  { file, params }: { readonly file: string; readonly params: readonly VarLayer[] },
): Promise<readonly Step[]> {
  const frame = innerFrame(compiler, include, params).with({ file, parents: [include.file, ...include.parents] })
  const node = readIncluded(compiler, file)
  if (node === undefined) compiler.warn(`file ${file} is empty and had no tasks to include`)
  const steps = await compileSteps(compiler, node, frame)
  throwFirst(compiler.errors)
  return steps
}

type RoleArgs = Parameters<IncludeCompiler['role']>[1]

async function compileIncludedRole(
  compiler: Compiler,
  include: IncludeStep,
  { role, params }: { readonly role: RoleArgs; readonly params: readonly VarLayer[] },
): Promise<CompiledRole> {
  const outer = innerFrame(compiler, include, params)
  const play: PlayContext = {
    ...outer.play,
    handlers: [],
    roleLayers: [],
    roles: [],
    libraries: [...outer.play.libraries],
    done: new Set(outer.play.done),
  }
  const source = include.argNodes.get('name')?.source ?? include.source
  const steps = await compileRole(compiler, outer.with({ play }), {
    name: role.name,
    source,
    vars: new Map(),
    params: new Map(),
    again: true,
    public: true,
    validate: include.args.get('rolespec_validate')?.value !== false,
    from: { tasks: role.tasksFrom, vars: role.varsFrom, defaults: role.defaultsFrom, handlers: role.handlersFrom },
  })
  throwFirst(compiler.errors)
  const [ref] = play.roles
  if (ref === undefined) throw new RunnerError('bug', `the role '${role.name}' left no trace`, { source })
  return { steps, handlers: play.handlers, role: ref, publicLayers: role.public === true ? play.roleLayers : [] }
}

/** What the steps inside inherit: the keywords around the include (not its own), `apply`, and its variables. */
function innerFrame(compiler: Compiler, include: IncludeStep, params: readonly VarLayer[]): Frame {
  const frame = frameOf(include)
  return applied(
    { compiler, frame: frame.with({ layers: [...frame.layers, ...params], parents: [include.file, ...include.parents] }) },
    include.apply,
  )
}

function frameOf(include: IncludeStep): Frame {
  if (include.context instanceof Frame) return include.context
  throw new RunnerError('bug', 'an include without its context', { source: include.source })
}

/** Tasks may be written while the run goes on, so a file is read again each time it was not among the static ones. */
function readIncluded(compiler: Compiler, file: string): Node | undefined {
  const source = readSource(file, compiler.yaml.decrypt)
  const known = compiler.files.get(file)
  if (known !== undefined && known.source.file.text === source.text) return known
  const node = parseYaml(source, compiler.yaml)
  compiler.files.set(file, node)
  return node
}
