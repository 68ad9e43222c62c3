import { dirname } from 'node:path'
import { LazyRecord, record, type Value } from '../base/value.ts'
import type { Step } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { hostvars } from './scope.ts'
import { VERSION_RECORD } from './version.ts'

export interface MagicContext {
  readonly play: PlayRun
  readonly host: HostRun
  readonly step: Step | undefined
  readonly scope: Scope
}

type Magic = (context: MagicContext) => Value | undefined

/** The variables that the engine itself provides; nothing can set them. Order and names are ansible-core's. */
const MAGIC: Readonly<Record<string, Magic>> = {
  hostvars: ({ play }) => hostvars(play),
  vars: ({ scope }) => new LazyRecord({ get: (name) => scope.get(name)?.value, keys: () => scope.names() }),
  groups: ({ play }) => {
    const { inventory } = play.run.options
    return record(inventory.groups.map((name) => [name, inventory.hostsOf(name) ?? []] as const))
  },
  group_names: ({ play, host }) => play.run.options.inventory.groupsOf(host.name),
  inventory_hostname: ({ host }) => host.name,
  inventory_hostname_short: ({ host }) => host.name.split('.')[0] ?? host.name,
  inventory_file: inventoryFile,
  inventory_dir: inventoryDir,
  playbook_dir: ({ play }) => play.play.playbookDir,
  play_hosts: ({ play }) => present(play.batch),
  ansible_play_hosts: ({ play }) => (play.refreshed === undefined ? present(play.allHosts) : stillMeant(play, play.refreshed)),
  ansible_play_batch: ({ play }) => present(play.batch),
  ansible_play_hosts_all: ({ play }) => names(play.allHosts),
  ansible_play_name: ({ play }) => play.playName,
  ansible_check_mode: ({ play }) => play.run.options.checkMode,
  ansible_diff_mode: ({ play }) => play.run.options.diff,
  ansible_verbosity: ({ play }) => play.run.options.verbosity,
  ansible_forks: ({ play }) => play.run.options.forks,
  ansible_limit: ({ play }) => play.run.options.limit,
  ansible_run_tags: ({ play }) => (play.run.options.selection.tags.length === 0 ? ['all'] : play.run.options.selection.tags),
  ansible_skip_tags: ({ play }) => play.run.options.selection.skipTags,
  ansible_version: () => VERSION_RECORD,
  role_name: ({ step }) => step?.role?.shortName,
  role_path: ({ step }) => step?.role?.path,
  ansible_collection_name: ({ step }) => (step?.role === undefined ? undefined : (step.role.collection ?? null)),
  ansible_role_name: ({ step }) => step?.role?.name,
  ansible_parent_role_names: ({ step }) => (step?.role?.includedBy.length === 0 ? undefined : step?.role?.includedBy),
  ansible_play_role_names: ({ play }) => play.play.roles.filter((role) => role.parents.length === 0).map((role) => role.name),
  ansible_role_names: ({ play }) => [...new Set(play.play.roles.flatMap((role) => [role.name, ...role.parents]))],
  ansible_dependent_role_names: ({ play }) => [
    ...new Set(play.play.roles.filter((role) => role.parents.length > 0).map((role) => role.name)),
  ],
  ansible_search_path: ({ step }) =>
    step === undefined
      ? undefined
      : [...(step.role === undefined ? [] : [step.role.path]), ...new Set([step.file, ...step.parents].map((file) => dirname(file)))],
}

export const MAGIC_NAMES: ReadonlySet<string> = new Set(Object.keys(MAGIC))

export function magicVariable(name: string, context: MagicContext): Value | undefined {
  return MAGIC[name]?.(context)
}

/** Those that have not failed, been lost or ended. */
function present(hosts: readonly HostRun[]): Value {
  return names(hosts.filter((host) => !host.gone && !host.failing && !host.ended))
}

/** Those of the names that have not failed, been lost or ended. */
function stillMeant(play: PlayRun, meant: readonly string[]): Value {
  const out = new Set(play.allHosts.filter((host) => host.gone || host.failing || host.ended).map((host) => host.name))
  return meant.filter((name) => !out.has(name))
}

function names(hosts: readonly HostRun[]): Value {
  return hosts.map((host) => host.name)
}

/** Where the host was first named; a host that no inventory names is of the first one. */
function inventoryFile({ play, host }: MagicContext): string | undefined {
  const { inventory } = play.run.options
  return inventory.hasHost(host.name) ? inventory.originOf(host.name) : inventory.sources[0]
}

function inventoryDir(context: MagicContext): string | undefined {
  const file = inventoryFile(context)
  return file?.startsWith('/') === true ? dirname(file) : undefined
}
