import { type Collection, qualifiedName } from '../load/collections.ts'
import type { Node } from '../load/node.ts'
import { type Compiler, type Frame, syntaxError } from './_compiler.ts'
import type { ModuleGroup } from './types.ts'

interface Place {
  readonly compiler: Compiler
  readonly frame: Frame
}

/** The groups that the keys of a `module_defaults` mapping name. @throws RunnerError `syntax` for one that nobody defines */
export function groupsOf(node: Node, place: Place): ReadonlyMap<string, ModuleGroup> {
  const groups = new Map<string, ModuleGroup>()
  for (const [key, { key: source }] of node.entries ?? []) {
    if (!key.startsWith('group/')) continue
    const name = key.slice('group/'.length)
    const members: Members = { names: new Set(), collections: new Set() }
    if (!gather(name, place, members, new Set()))
      throw syntaxError(
        `Error loading module_defaults: could not resolve the module_defaults group ${fullName(name)}`,
        source,
        hintFor(name),
      )
    groups.set(key, members)
  }
  return groups
}

interface Members {
  readonly names: Set<string>
  readonly collections: Set<string>
}

/** The groups of ansible.builtin: each is made of groups of collections. */
const BUILTIN_GROUPS: Readonly<Record<string, readonly string[]>> = {
  aws: ['amazon.aws.aws', 'community.aws.aws'],
  acme: ['community.crypto.acme'],
  azure: ['azure.azcollection.azure'],
  cpm: ['wti.remote.cpm'],
  docker: ['community.general.docker', 'community.docker.docker'],
  gcp: ['google.cloud.gcp'],
  k8s: ['community.kubernetes.k8s', 'community.general.k8s', 'community.kubevirt.k8s', 'community.okd.k8s', 'kubernetes.core.k8s'],
  os: ['openstack.cloud.os'],
  ovirt: ['ovirt.ovirt.ovirt', 'community.general.ovirt'],
  vmware: ['community.vmware.vmware'],
}

/** Groups that we know without the collection: all our modules of its name. */
const OWN_GROUPS = new Set(['openstack.cloud.os', 'openstack.cloud.openstack'])

/** Adds the modules of a group and of those it extends; false where nobody defines it. */
function gather(name: string, place: Place, members: Members, seen: Set<string>): boolean {
  const full = fullName(name)
  if (seen.has(full)) return true
  seen.add(full)
  const { collection: namespace, path } = qualifiedName(full) ?? { collection: '', path: [] }
  const short = path.join('.')
  if (namespace === 'ansible.builtin') return gatherAll(BUILTIN_GROUPS[short], place, members, seen)
  const collection = place.compiler.collections.find(namespace, place.frame.play.playbookDir)
  const group = collection?.runtime.groups.get(full) ?? collection?.runtime.groups.get(short)
  if (collection === undefined || group === undefined) {
    if (OWN_GROUPS.has(full)) members.collections.add(namespace)
    return OWN_GROUPS.has(full)
  }
  for (const action of group.actions) members.names.add(resolved(collection, action))
  return gatherAll(
    group.extends.map((each) => (qualifiedName(each) === undefined ? `${namespace}.${each}` : each)),
    place,
    members,
    seen,
  )
}

/** What a group extends may be of collections that are not there. */
function gatherAll(names: readonly string[] | undefined, place: Place, members: Members, seen: Set<string>): boolean {
  for (const name of names ?? []) gather(name, place, members, seen)
  return names !== undefined
}

/** An action's full name, after the redirects of its own collection. */
function resolved({ name, runtime }: Collection, action: string): string {
  const full = qualifiedName(action) === undefined ? `${name}.${action}` : action
  const redirect = full.startsWith(`${name}.`) ? runtime.routes.get(full.slice(name.length + 1))?.redirect : undefined
  return redirect ?? full
}

function fullName(name: string): string {
  return qualifiedName(name) === undefined ? `ansible.builtin.${name}` : name
}

function hintFor(name: string): string {
  const collection = qualifiedName(name)?.collection
  return collection === undefined
    ? `groups without a collection: ${Object.keys(BUILTIN_GROUPS).join(', ')}`
    : `meta/runtime.yml of ${collection} defines it`
}
