import { args as arg, Failure, fail, type ModuleContext, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { type Api, openService } from './_openstack.ts'
import type { ServiceArguments } from './_openstack-auth.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import { findNamed } from './_openstack-find.ts'
import { type Owner, ownedKeys, ownerOf } from './_openstack-project.ts'

export const stateArgument = z.enum(['present', 'absent']).default('present')

export const projectArgument = arg.str().optional().describe("Project that it belongs to, by name or id; default: the login's.")

export function openNeutron(host: ReadOnlyHost, args: ServiceArguments, context: ModuleContext): Promise<Api | Failure> {
  return openService(host, args, context, { service: 'network' })
}

/** Something of a project: whose it is, and how it is now. */
export interface Owned {
  readonly api: Api
  readonly owner: Owner
  readonly found: Found
}

export async function readOwned(
  api: Api,
  { name, project }: { readonly name: string; readonly project?: string | undefined },
  find: (api: Api, owner: Owner, name: string) => Promise<Found>,
): Promise<Owned | Failure> {
  const owner = await ownerOf(api, project)
  return owner instanceof Failure ? owner : { api, owner, found: await find(api, owner, name) }
}

/** Networks may be shared: a task of another project calls them by the bare name. */
export function networkKeys(owner: Owner, name: string): readonly string[] {
  return [...ownedKeys(owner, name), name]
}

export function findNetwork(api: Api, owner: Owner, nameOrId: string): Promise<Found> {
  return findNamed(api, {
    kind: 'neutron_network',
    keys: networkKeys(owner, nameOrId),
    path: '/networks',
    noun: 'network',
    nameOrId,
    query: owner.id === undefined || owner.id === '' ? undefined : `project_id=${owner.id}`,
  })
}

/** A network that a thing is to be made on. */
export async function needNetwork(api: Api, owner: Owner, nameOrId: string): Promise<(Found & { readonly exists: true }) | Failure> {
  const found = await findNetwork(api, owner, nameOrId)
  return found.exists ? found : fail(`there is no network ${nameOrId}`, { hint: 'create it with neutron_network first' })
}

/** Where a thing that others depend on is only predicted, nothing real can belong to it. */
export function below(api: Api, parent: Found): Api {
  return parent.exists && (parent.id === undefined || parent.id === '') ? { ...api, fresh: true } : api
}

export function findGroup(api: Api, owner: Owner, nameOrId: string): Promise<Found> {
  return findNamed(api, groupQuery(api, owner, nameOrId)).then((found) => (found.exists ? found : bornGroup(api, nameOrId)))
}

function groupQuery(api: Api, owner: Owner, nameOrId: string) {
  const project = owner.id ?? api.session.project
  return {
    kind: 'neutron_security_group',
    keys: ownedKeys(owner, nameOrId),
    path: '/security-groups',
    noun: 'security_group',
    nameOrId,
    query: project === undefined || project === '' ? undefined : `project_id=${project}`,
  }
}

/** Every project has a group of this name from the start. */
function bornGroup(api: Api, name: string): Found {
  if (!api.fresh || name !== 'default') return ABSENT
  const rule = { protocol: null, port_range_min: null, port_range_max: null, remote_ip_prefix: null, remote_group_id: null }
  const rules = ['IPv4', 'IPv6'].map((ethertype) => ({ ...rule, ethertype, direction: 'egress' }))
  return { exists: true, data: { name, description: 'Default security group', security_group_rules: rules } }
}
