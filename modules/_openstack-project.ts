import { type Failure, fail } from '../runner/module/index.ts'
import { scopedKey } from './_keystone.ts'
import type { Api } from './_openstack.ts'
import type { Found } from './_openstack-believed.ts'
import { findNamed } from './_openstack-find.ts'

/** The project that a thing is made for: its name for keys, its id for requests. In check mode a predicted one has an empty id. */
export interface Owner {
  readonly name: string
  /** Undefined where the login's own project is meant. */
  readonly id: string | undefined
}

/** The Identity API with the login of another service's. */
export function identityOf(api: Api): Api {
  return { ...api, service: 'identity', url: api.auth.url, headers: {}, fresh: !api.session.stands }
}

/** A project by name or id; without one, the login's. */
export async function ownerOf(api: Api, project: string | undefined): Promise<Owner | Failure> {
  if (project === undefined) return { name: api.auth.project, id: undefined }
  const found = await findProject(api, project)
  return found.exists
    ? { name: nameIn(found) ?? project, id: found.id ?? '' }
    : fail(`there is no project ${project}`, { hint: 'create it with keystone_project first' })
}

export function findProject(api: Api, project: string): Promise<Found> {
  const keys = [scopedKey('default', project), project]
  return findNamed(identityOf(api), { kind: 'keystone_project', keys, path: '/projects', noun: 'project', nameOrId: project })
}

/** The names by which tasks of the owner, then those of others, may call a thing. */
export function ownedKeys(owner: Owner, name: string): readonly string[] {
  return [`${owner.name}/${name}`]
}

function nameIn(found: Found): string | undefined {
  const name = found.exists ? found.data['name'] : undefined
  return typeof name === 'string' ? name : undefined
}
