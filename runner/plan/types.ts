import type { Source } from '../base/source.ts'
import type { Value } from '../base/value.ts'
import type { LayerName, VarLayer, VarMap } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import type { ActionSpec } from '../module/registry.ts'

/** The compiled, immutable form of playbooks: roles and static imports flattened, keywords inherited, names checked. */
export interface Plan {
  readonly plays: readonly Play[]
}

export interface Play {
  readonly id: number
  /** May be a Template. The pattern where the play has no name. */
  readonly name: Value
  readonly source: Source
  /** Folder of the playbook file: relative paths, `playbook_dir`. */
  readonly playbookDir: string
  readonly playbookFile: string
  /** The playbook of the command line that led to this play, perhaps by way of import_playbook. */
  readonly startedFrom: string
  /** The host pattern, a Template, or a list of them. */
  readonly hosts: Node
  readonly gatherFacts: Value | undefined
  readonly gatherSubset: Value | undefined
  readonly gatherTimeout: Value | undefined
  readonly factPath: Value | undefined
  readonly serial: Node | undefined
  readonly strategy: Node | undefined
  readonly order: Node | undefined
  readonly anyErrorsFatal: Value | undefined
  readonly maxFailPercentage: Node | undefined
  readonly forceHandlers: Value | undefined
  readonly vars: VarMap
  readonly varsFiles: readonly Node[]
  readonly varsPrompt: readonly Prompt[]
  /** Keywords as they stand on the play; steps have them merged already. For implicit tasks (fact gathering). */
  readonly keywords: Keywords
  readonly sections: readonly Section[]
  /** Of the play itself and of its static roles, in the order of definition. */
  readonly handlers: readonly HandlerStep[]
  /** Public variables of `roles:` and import_role: visible to the whole play. */
  readonly roleLayers: readonly VarLayer[]
  readonly roles: readonly RoleRef[]
}

/** An entry of `vars_prompt`. Fields may be Templates. */
export interface Prompt {
  readonly name: string
  readonly source: Source
  readonly prompt: Value | undefined
  readonly default: Value | undefined
  readonly private: Value | undefined
  readonly confirm: Value | undefined
  readonly encrypt: Value | undefined
  readonly saltSize: Value | undefined
  readonly salt: Value | undefined
  readonly unsafe: Value | undefined
}

/** Handlers are flushed at the end of each section. */
export interface Section {
  readonly kind: 'pre_tasks' | 'roles' | 'tasks' | 'post_tasks'
  readonly steps: readonly Step[]
}

export type Step = TaskStep | BlockStep | IncludeStep

interface StepBase {
  /** Unique in the run. */
  readonly id: number
  /** The key that says what is done, as written: `ansible.builtin.copy`. */
  readonly actionKey: ActionKey
  /** May be a Template; undefined where the task has no name (its action is shown then). */
  readonly name: Value | undefined
  readonly source: Source
  readonly keywords: Keywords
  readonly role: RoleRef | undefined
  /** Variables that this step sees by its place: role defaults and vars, block vars, task vars, include parameters. */
  readonly layers: readonly VarLayer[]
  /** The file the step is written in: the start of relative look-ups. */
  readonly file: string
  /** Files of the includes and imports that led here, nearest first; relative look-ups walk up this chain. */
  readonly parents: readonly string[]
}

export interface ActionKey {
  readonly name: string
  readonly source: Source
}

export interface TaskStep extends StepBase {
  readonly kind: 'task'
  readonly action: ActionSpec
  /** As written, aliases resolved to the schema's names; free-form text split or put under the free-form argument. */
  readonly args: VarMap
  /** `args: "{{ … }}"` or a whole templated argument mapping: rendered and merged below `args` at run time. */
  readonly argsTemplate: Node | undefined
  /** The places of nested argument values for errors: `argNodes.get('users')?.items?.[2]`. */
  readonly argNodes: ReadonlyMap<string, Node>
  /** The places of the arguments' names. */
  readonly argKeys: ReadonlyMap<string, Source>
}

export interface HandlerStep {
  /** A handler's own names; `role : name` works too. */
  readonly name: Value | undefined
  readonly listen: readonly Value[]
  /** Handlers of one list share it: where names are the same, the list that was loaded last wins, and in it the first. */
  readonly list: number
  readonly role: RoleRef | undefined
  readonly step: TaskStep | IncludeStep
}

export interface BlockStep extends StepBase {
  readonly kind: 'block'
  readonly block: readonly Step[]
  readonly rescue: readonly Step[]
  readonly always: readonly Step[]
}

/** `include_tasks` and `include_role`: read and compiled when a host gets there. */
export interface IncludeStep extends StepBase {
  readonly kind: 'include'
  readonly what: 'tasks' | 'role'
  readonly args: VarMap
  readonly argNodes: ReadonlyMap<string, Node>
  /** Keywords that `apply:` gives to every step inside. */
  readonly apply: Node | undefined
  /** What the compiler needs to go on from here; opaque to others. */
  readonly context: IncludeContext
}

/** Opaque to all but the compiler. */
export interface IncludeContext {
  readonly brand: 'include-context'
}

export interface RoleRef {
  /** With its collection in front, where it has one. */
  readonly name: string
  /** Without. */
  readonly shortName: string
  /** The collection that it belongs to. */
  readonly collection: string | undefined
  readonly path: string
  /** Names of the roles that led here, nearest first. */
  readonly parents: readonly string[]
  /** Of those, the roles whose tasks include or import it, nearest first. */
  readonly includedBy: readonly string[]
  /** Distinguishes two uses of a role with other parameters. */
  readonly key: string
}

/**
 * Keywords after inheritance: the innermost setting won, lists that add up (`when`, `tags`, `environment`, `notify`,
 * `module_defaults`) are outermost first. Values may be Templates and are rendered per host.
 */
export interface Keywords {
  readonly when: readonly Node[]
  readonly tags: readonly string[]
  readonly environment: readonly Node[]
  readonly notify: readonly Node[]
  readonly moduleDefaults: readonly ModuleDefaults[]
  /** Where names of modules and roles without a collection are looked for, in order; empty: as ever. */
  readonly collections: readonly string[]
  readonly loop: LoopKeyword | undefined
  readonly register: string | undefined
  readonly registerSource: Source | undefined
  readonly until: Node | undefined
  readonly retries: Value | undefined
  readonly delay: Value | undefined
  readonly changedWhen: Node | undefined
  readonly failedWhen: Node | undefined
  readonly ignoreErrors: Value | undefined
  readonly ignoreUnreachable: Value | undefined
  readonly anyErrorsFatal: Value | undefined
  readonly checkMode: Value | undefined
  readonly diff: Value | undefined
  readonly noLog: Value | undefined
  readonly become: Value | undefined
  readonly becomeUser: Value | undefined
  readonly becomeMethod: Value | undefined
  readonly becomeFlags: Value | undefined
  readonly becomeExe: Value | undefined
  readonly delegateTo: Node | undefined
  readonly delegateFacts: Value | undefined
  readonly runOnce: Value | undefined
  readonly throttle: Value | undefined
  readonly timeout: Value | undefined
  readonly connection: Value | undefined
  readonly remoteUser: Value | undefined
  readonly port: Value | undefined
  readonly debugger: Value | undefined
  readonly async: Value | undefined
  readonly poll: Value | undefined
}

/** A mapping of `module_defaults`, and the modules of each group that it names. */
export interface ModuleDefaults {
  readonly node: Node
  readonly groups: ReadonlyMap<string, ModuleGroup>
}

/** Modules by their names, or all that belong to a collection. */
export interface ModuleGroup {
  readonly names: ReadonlySet<string>
  readonly collections: ReadonlySet<string>
}

export interface LoopKeyword {
  /** `loop`, `items`, `dict`, `nested`, `fileglob` … (the part after `with_`). */
  readonly kind: string
  readonly expression: Node
  readonly control: Node | undefined
}

/** Which steps of a plan run. */
export interface Selection {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly startAtTask: string | undefined
}

/** Goes on compiling at run time, for dynamic includes. Errors are RunnerErrors with their place. */
export interface IncludeCompiler {
  /** A tasks file, as `include_tasks` found it. `params` are the include's rendered `vars`. */
  tasks(include: IncludeStep, file: string, params: readonly VarLayer[]): Promise<readonly Step[]>
  role(
    include: IncludeStep,
    role: {
      readonly name: string
      readonly tasksFrom?: string | undefined
      readonly varsFrom?: string | undefined
      readonly defaultsFrom?: string | undefined
      readonly handlersFrom?: string | undefined
      readonly public?: boolean | undefined
      readonly allowDuplicates?: boolean | undefined
    },
    params: readonly VarLayer[],
  ): Promise<CompiledRole>
}

export interface CompiledRole {
  readonly steps: readonly Step[]
  readonly handlers: readonly HandlerStep[]
  readonly role: RoleRef
  /** With `public: true`: layers that later steps of the play see. */
  readonly publicLayers: readonly VarLayer[]
}

export type { LayerName }
