import type { VarLayer } from './layer.ts'

/** A read inventory: groups of groups and hosts, with where each variable was set. Changes through `add` and `refresh` alone. */
export interface Inventory {
  /** Host names in the order of definition. */
  readonly hosts: readonly string[]
  /** Group names, `all` and `ungrouped` among them, in the order of definition. */
  readonly groups: readonly string[]
  hasHost(name: string): boolean
  /** Hosts of a group and its children, in inventory order. Undefined where there is no such group. */
  hostsOf(group: string): readonly string[] | undefined
  /** All groups of a host with their ancestors, `all` not included, sorted. */
  groupsOf(host: string): readonly string[]
  childrenOf(group: string): readonly string[]
  /** Hosts that are named in the group itself, not in one of its children alone. */
  membersOf(group: string): readonly string[]
  /** What is set for a group itself: in inventory files and group_vars/, and its priority where that is not 1. */
  ownLayersOfGroup(group: string): readonly VarLayer[]
  /** What is set for a host itself: in inventory files and host_vars/. */
  ownLayersOf(host: string): readonly VarLayer[]
  /** The layers of a host low to high: inventory files, group_vars/, host_vars/, beside the inventory and beside the playbook. */
  layersOf(host: string): readonly VarLayer[]
  /** Hosts that a pattern means, in inventory order. An explicit `localhost` is made up where it is missing. */
  select(pattern: string | readonly string[]): readonly string[]
  /** Pieces of a pattern that match nothing, for the warning. @throws RunnerError `inventory` where that is to be an error */
  unmatched(pattern: string | readonly string[]): readonly string[]
  addHost(name: string, groups: readonly string[], vars: VarLayer): 'added' | 'changed' | 'same'
  addGroup(name: string, host: string, parents: readonly string[]): 'changed' | 'same'
  /** Reads all sources anew, and adds again what tasks have added. */
  refresh(): Promise<void>
  /** Where a host was first named: a file, or a list of hosts. */
  originOf(host: string): string | undefined
  /** Files that were read, for messages and `inventory_file`. */
  readonly sources: readonly string[]
}
