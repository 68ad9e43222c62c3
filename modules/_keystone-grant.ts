import { scopedKey } from './_keystone.ts'

export interface Actor {
  readonly kind: 'user' | 'group'
  readonly name: string
  readonly domain: string
}

export type Target =
  | { readonly kind: 'project'; readonly name: string; readonly domain: string }
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'system' }

/** What the prediction knows a role assignment by. */
export function grantKey(actor: Actor, target: Target, role: string): string {
  const on =
    target.kind === 'system'
      ? 'system'
      : target.kind === 'domain'
        ? `domain ${scopedKey(target.name, '')}`
        : `project ${scopedKey(target.domain, target.name)}`
  return `${actor.kind} ${scopedKey(actor.domain, actor.name)} on ${on} as ${role}`
}
