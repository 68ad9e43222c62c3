import { type Change, type Failure, fail, z } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import type { Found } from './_openstack-believed.ts'
import { type Id, send } from './_openstack-request.ts'
import { effectsOf } from './_openstack-resource.ts'
import { awaiting } from './_openstack-wait.ts'
import type { ServerArguments } from './_server-args.ts'

export type Present = Found & { readonly exists: true }

/** What a server does now, and why it is broken. */
export const serverShape = z.looseObject({
  status: z.string().default('ACTIVE'),
  fault: z.looseObject({ message: z.string() }).optional(),
  metadata: z.record(z.string(), z.unknown()).default({}),
  description: z.string().nullish(),
  security_groups: z.array(z.looseObject({ name: z.string() })).default([]),
})

/** By what action each status becomes another. */
const TO_ACTIVE: Readonly<Record<string, string>> = { SHUTOFF: 'os-start', PAUSED: 'unpause', SUSPENDED: 'resume' }

const STABLE = ['ACTIVE', 'SHUTOFF', 'PAUSED', 'SUSPENDED']

/** Waits for a server under way, starts it or stops it. A broken one is a failure with Nova's own words. */
export function powerChanges(api: Api, server: Present, args: ServerArguments, keys: readonly string[]): readonly Change[] | Failure {
  const { status, fault } = serverShape.parse(server.data)
  if (status === 'ERROR') return broken(args, fault?.message)
  const id = server.id ?? ''
  const under = STABLE.includes(status) || !args.wait ? [] : [settling(api, id, args)]
  const wanted = wantedStatus(args)
  if (wanted === undefined || status === wanted) return under
  return [...under, ...powerChange(api, { id, status, wanted, keys, data: server.data }, args)]
}

export function wantedStatus({ state }: ServerArguments): 'ACTIVE' | 'SHUTOFF' | undefined {
  return state === 'started' ? 'ACTIVE' : state === 'stopped' ? 'SHUTOFF' : undefined
}

function broken(args: ServerArguments, why: string | undefined): Failure {
  return fail(`server ${args.name} is in status ERROR${why === undefined ? '' : `: ${why}`}`, {
    hint: 'mend the cause, remove the server (state: absent) and let it be made anew',
  })
}

function settling(api: Api, id: Id, args: ServerArguments): Change {
  return { what: `wait for server ${args.name}`, certainty: 'observe', actions: [untilStatus(api, id, args, STABLE)] }
}

interface Step {
  readonly id: Id
  readonly status: string
  readonly wanted: 'ACTIVE' | 'SHUTOFF'
  readonly keys: readonly string[]
  readonly data: Readonly<Record<string, unknown>>
}

export function powerChange(api: Api, { id, status, wanted, keys, data }: Step, args: ServerArguments): readonly Change[] {
  const verb = wanted === 'SHUTOFF' ? 'os-stop' : (TO_ACTIVE[status] ?? 'os-start')
  const what = `${wanted === 'SHUTOFF' ? 'stop' : verb === 'os-start' ? 'start' : verb} server ${args.name}`
  const action = send(api, { id: 'power', method: 'POST', path: ['/servers/', id, '/action'], json: { [verb]: null }, purpose: what })
  const after: Found = { exists: true, id: typeof id === 'string' ? id : undefined, data: { ...data, status: wanted } }
  const actions = args.wait ? [action, untilStatus(api, id, args, [wanted])] : [action]
  return [{ what, actions, effects: effectsOf({ kind: 'nova_server', keys }, after) }]
}

/** The answer that ends the wait is the server as it is then. */
export function untilStatus(api: Api, id: Id, args: ServerArguments, values: readonly string[]) {
  const status = ['server', 'status']
  return awaiting(api, {
    id: 'server',
    path: ['/servers/', id],
    until: { path: status, values },
    fails: { path: status, values: ['ERROR', 'DELETED'] },
    why: ['server', 'fault', 'message'],
    timeout: args.timeout,
    purpose: `wait for server ${args.name} to be ${values.length === 1 ? String(values[0]) : 'ready'}`,
  })
}
