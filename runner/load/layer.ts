import type { Source } from '../base/source.ts'
import type { Value } from '../base/value.ts'

/** The one precedence table, low to high (ansible-core's list; each name is what errors print as a variable's origin). */
export const LAYERS = [
  'command line values', // connection flags: -u, --private-key
  'role defaults',
  'inventory file group vars',
  'inventory group_vars/all',
  'playbook group_vars/all',
  'inventory group_vars',
  'playbook group_vars',
  'inventory file host vars',
  'inventory host_vars',
  'playbook host_vars',
  'facts',
  'play vars',
  'vars_prompt',
  'vars_files',
  'role vars',
  'block vars',
  'task vars',
  'include_vars',
  'set_fact or register',
  'role parameters',
  'include parameters',
  'loop variable',
  'extra vars',
  'magic variable',
] as const

export type LayerName = (typeof LAYERS)[number]

/** The layers of variables that stand with a task, or with what brought it in. */
export const TASK_LAYERS: ReadonlySet<LayerName> = new Set(['block vars', 'task vars', 'role parameters', 'include parameters'])

export interface VarEntry {
  readonly value: Value
  readonly source?: Source | undefined
}

export type VarMap = ReadonlyMap<string, VarEntry>

/** Variables that one place set together. */
export interface VarLayer {
  readonly layer: LayerName
  readonly vars: VarMap
}
