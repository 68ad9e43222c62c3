import { args as arg, type Change, defineModule, Failure, fail, type Outcome, resource, z } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { reading, send } from './_openstack-request.ts'
import { type Headers, headersOf, metadataIn, openSwift, pathOf } from './_swift.ts'
import { listAllNames } from './_swift-listing.ts'

const schema = z.strictObject({
  ...serviceArguments,
  container: arg.str(),
  metadata: z.record(z.string(), arg.str()).optional().describe('Custom metadata by name.'),
  keys: arg.list(arg.str()).default([]).describe('Names of custom metadata to take away.'),
  read_acl: arg.str().optional().describe('Extension: who may read, `.r:*,.rlistings` for everybody; empty for the project alone.'),
  write_acl: arg.str().optional().describe('Extension: who may write.'),
  delete_with_all_objects: arg.bool().default(false).describe('With `state: absent`: remove what is in it too.'),
  list_objects: arg.bool().default(false).describe('Extension: give the names of its objects.'),
  state: z.enum(['present', 'absent']).default('present'),
})

type Args = z.output<typeof schema>

interface State {
  readonly api: Api
  readonly path: string
  readonly headers: Headers | undefined
  /** Asked for where they are to be shown or removed. */
  readonly objects: readonly string[] | undefined
}

export default defineModule<Args, State>({
  name: 'swift_container',
  fqcn: ['openstack.cloud.object_container'],
  summary: 'Create, change and remove containers of the object store.',
  description: 'The account is that of the project that the login is for.',
  args: schema,
  aliases: { ...serviceAliases, name: 'container' },
  returns: z.object({ container: z.record(z.string(), z.unknown()).optional(), objects: z.array(z.string()).optional() }),
  examples: [
    {
      name: 'A container that everybody may read',
      yaml: 'swift_container:\n  container: pictures\n  read_acl: .r:*,.rlistings\n  metadata: {owner: joe}\n  auth: {auth_url: http://controller:5000/v3, username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    if (/\//.test(args.container)) return fail(`the name of a container has no slash: ${args.container}`)
    const api = await openSwift(host, args, context)
    if (api instanceof Failure) return api
    const path = pathOf(args.container)
    return reading(async () => {
      const headers = await headersOf(api, 'swift_container', path)
      const wanted = args.list_objects || (args.state === 'absent' && args.delete_with_all_objects)
      const objects = !wanted || headers === undefined || api.fresh ? undefined : await listAllNames(api, path)
      return { api, path, headers, objects }
    })
  },
  plan(state, args): readonly Change[] | Failure {
    return args.state === 'absent' ? removal(state, args) : presence(state, args)
  },
  result(state, args, outcomes) {
    const headers = args.state === 'absent' ? undefined : (state.headers ?? (made(outcomes) ? {} : undefined))
    if (headers === undefined) return {}
    const objects = args.list_objects ? (state.objects ?? []) : undefined
    return { container: described(args.container, headers), ...(objects === undefined ? {} : { objects }) }
  },
})

function presence({ api, path, headers }: State, args: Args): readonly Change[] {
  const fields = headerFields(headers ?? {}, args)
  const label = `container ${args.container}`
  if (headers !== undefined && Object.keys(fields).length === 0) return []
  const what = headers === undefined ? `create ${label}` : `change ${Object.keys(fields).join(', ')} of ${label}`
  const method = headers === undefined ? 'PUT' : 'POST'
  const after = headersAfter(headers ?? {}, fields)
  return [
    {
      what,
      actions: [send(api, { id: 'container', method, path: [path], headers: fields, purpose: what })],
      effects: [resource('swift_container', path, { exists: true, headers: after }, 'run')],
    },
  ]
}

/** The headers that close the difference. */
function headerFields(headers: Headers, args: Args): Readonly<Record<string, string>> {
  const present = metadataIn(headers, META)
  const custom = Object.entries(args.metadata ?? {}).map(([name, value]) => [`X-Container-Meta-${name}`, value] as const)
  const acls = [
    ['X-Container-Read', args.read_acl],
    ['X-Container-Write', args.write_acl],
  ] as const
  const wanted = [...custom, ...acls].flatMap(([name, value]) =>
    value === undefined || (headers[name.toLowerCase()] ?? '') === value ? [] : [[name, value] as const],
  )
  const gone = args.keys
    .filter((key) => present[key.toLowerCase()] !== undefined)
    .map((key) => [`X-Remove-Container-Meta-${key}`, 'x'] as const)
  return Object.fromEntries([...wanted, ...gone])
}

function headersAfter(headers: Headers, fields: Readonly<Record<string, string>>): Headers {
  const sent = Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value] as const)
  const gone = sent.map(([name]) => name.replace(/^x-remove-/, 'x-'))
  const kept = Object.entries(headers).filter(([name]) => !gone.includes(name))
  return Object.fromEntries([...kept, ...sent.filter(([name]) => !name.startsWith('x-remove-'))])
}

const META = 'x-container-meta-'

function removal({ api, path, headers, objects }: State, args: Args): readonly Change[] | Failure {
  if (headers === undefined) return []
  const count = Number(headers['x-container-object-count'] ?? 0)
  const listed = objects ?? []
  if (count > 0 && !args.delete_with_all_objects)
    return fail(`container ${args.container} has ${String(count)} objects`, { hint: 'delete_with_all_objects: true removes them too' })
  const gone = listed.map((name) =>
    send(api, { method: 'DELETE', path: [pathOf(args.container, name)], purpose: `remove object ${name}`, okStatus: [204, 404] }),
  )
  const what = `remove container ${args.container}${listed.length === 0 ? '' : ` and its ${String(listed.length)} objects`}`
  return [
    {
      what,
      actions: [
        ...gone,
        send(api, { method: 'DELETE', path: [path], purpose: `remove container ${args.container}`, okStatus: [204, 404] }),
      ],
      effects: [resource('swift_container', path, { exists: false, headers: {} }, 'run')],
    },
  ]
}

function made(outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) => outcome.id === 'container')
}

function described(name: string, headers: Headers): Readonly<Record<string, unknown>> {
  const number = (header: string): number => Number(headers[header] ?? 0)
  return {
    id: name,
    name,
    count: number('x-container-object-count'),
    object_count: number('x-container-object-count'),
    bytes: number('x-container-bytes-used'),
    bytes_used: number('x-container-bytes-used'),
    read_ACL: headers['x-container-read'] ?? null,
    write_ACL: headers['x-container-write'] ?? null,
    metadata: metadataIn(headers, META),
  }
}
