import type { Change } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { fieldDiff } from './_openstack-fields.ts'
import { send } from './_openstack-request.ts'
import { effectsOf } from './_openstack-resource.ts'
import type { ServerArguments } from './_server-args.ts'
import { type Present, serverShape, wantedStatus } from './_server-power.ts'

/** What can be changed of a server that is there: its description, metadata and security groups. */
export function fieldChanges(api: Api, server: Present, args: ServerArguments, keys: readonly string[]): readonly Change[] {
  return [descriptionChange, metadataChange, groupsChange]
    .flatMap((change) => change(api, server, args) ?? [])
    .map((change) => ({
      ...change,
      effects: effectsOf({ kind: 'nova_server', keys }, changed(server, args)),
    }))
}

function changed(server: Present, args: ServerArguments): Present {
  const { metadata } = serverShape.parse(server.data)
  const description = args.description === undefined ? {} : { description: args.description }
  const groups = args.security_groups === undefined ? {} : { security_groups: args.security_groups.map((name) => ({ name })) }
  const status = wantedStatus(args) ?? server.data['status']
  return { ...server, data: { ...server.data, status, ...description, ...groups, metadata: { ...metadata, ...args.meta } } }
}

function descriptionChange(api: Api, server: Present, args: ServerArguments): Change | undefined {
  const { description } = serverShape.parse(server.data)
  if (args.description === undefined || args.description === (description ?? '')) return undefined
  const what = `change the description of server ${args.name}`
  const json = { server: { description: args.description } }
  const action = send(api, { method: 'PUT', path: ['/servers/', server.id ?? ''], json, purpose: what })
  return { what, actions: [action], diff: fieldDiff(`server ${args.name}`, { description }, { description: args.description }) }
}

/** Other metadata stays. */
function metadataChange(api: Api, server: Present, args: ServerArguments): Change | undefined {
  const { metadata } = serverShape.parse(server.data)
  const differ = Object.fromEntries(Object.entries(args.meta ?? {}).filter(([key, value]) => metadata[key] !== value))
  if (Object.keys(differ).length === 0) return undefined
  const what = `set ${Object.keys(differ).join(', ')} in the metadata of server ${args.name}`
  const path = ['/servers/', server.id ?? '', '/metadata']
  const action = send(api, { method: 'POST', path, json: { metadata: differ }, purpose: what })
  return { what, actions: [action], diff: fieldDiff(`server ${args.name}`, metadata, differ) }
}

function groupsChange(api: Api, server: Present, args: ServerArguments): Change | undefined {
  const wanted = args.security_groups
  if (wanted === undefined) return undefined
  const has = new Set(serverShape.parse(server.data).security_groups.map(({ name }) => name))
  const moves = [
    ...wanted.filter((name) => !has.has(name)).map((name) => ['addSecurityGroup', name] as const),
    ...[...has].filter((name) => !wanted.includes(name)).map((name) => ['removeSecurityGroup', name] as const),
  ]
  if (moves.length === 0) return undefined
  const words = moves.map(([verb, name]) => `${verb === 'addSecurityGroup' ? 'add' : 'remove'} ${name}`)
  const what = `change the security groups of server ${args.name}: ${words.join(', ')}`
  const path = ['/servers/', server.id ?? '', '/action']
  const actions = moves.map(([verb, name]) => send(api, { method: 'POST', path, json: { [verb]: { name } }, purpose: what }))
  return { what, actions }
}
