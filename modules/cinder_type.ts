import { args as arg, type Change, defineModule, z } from '../runner/module/index.ts'
import { findType, openCinder } from './_cinder.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { fieldDiff, given } from './_openstack-fields.ts'
import { readFrom, send } from './_openstack-request.ts'
import { changesOf, effectsOf, resultOf, type Thing } from './_openstack-resource.ts'

const typeArguments = z.strictObject({
  ...serviceArguments,
  name: arg.str().describe('Name of the type, or its id.'),
  description: arg.str().optional(),
  extra_specs: z
    .record(z.string(), arg.str())
    .optional()
    .describe('What volumes of the type need, such as `volume_backend_name`. Given, they are all there are: others are taken away.'),
  is_public: arg.bool().optional().describe('Whether all projects may use it; a new type is public.'),
  state: z.enum(['present', 'absent']).default('present'),
})

type TypeArguments = z.output<typeof typeArguments>

interface State {
  readonly api: Api
  readonly type: Found
}

export default defineModule({
  name: 'cinder_type',
  summary: 'Create, change and remove volume types of OpenStack Block Storage.',
  fqcn: ['openstack.cloud.volume_type'],
  args: typeArguments,
  aliases: { ...serviceAliases, id: 'name', public: 'is_public' },
  returns: z.object({ volume_type: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'Volumes of one backend',
      yaml: 'cinder_type:\n  name: lvm\n  extra_specs:\n    volume_backend_name: lvm\n  auth_url: http://controller:5000/v3\n  login_user: admin\n  login_password: "{{ keystone_admin_password }}"\n  login_project_name: admin\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openCinder(host, args, context), async (api) => ({ api, type: await findType(api, args.name) }))
  },
  plan({ api, type }: State, args): readonly Change[] {
    const changes = changesOf(api, type, thingOf(args), args.state)
    const specs = args.state === 'present' && type.exists ? specChanges({ api, type }, args, type.data['extra_specs']) : []
    return [...changes, ...specs]
  },
  result: (state, _args, outcomes) => resultOf(state.type, 'volume_type', outcomes),
})

const PUBLIC = 'os-volume-type-access:is_public'

function thingOf(args: TypeArguments): Thing {
  return {
    noun: 'volume_type',
    kind: 'cinder_type',
    path: '/types',
    label: `volume type ${args.name}`,
    keys: [args.name],
    identity: { name: args.name, [PUBLIC]: args.is_public ?? true, extra_specs: args.extra_specs },
    wanted: { description: args.description, is_public: args.is_public },
    update: 'PUT',
  }
}

const record = z.record(z.string(), z.string())

/** Those that are missing or other are set in one request; each that is not wanted is taken away by its own. */
function specChanges({ api, type }: State, args: TypeArguments, found: unknown): readonly Change[] {
  const wanted = args.extra_specs
  if (wanted === undefined || !type.exists) return []
  const old = record.safeParse(found).data ?? {}
  const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => old[key] !== value))
  const gone = Object.keys(old).filter((key) => wanted[key] === undefined)
  const path = ['/types/', type.id ?? '', '/extra_specs']
  const actions = [
    ...(Object.keys(set).length === 0
      ? []
      : [send(api, { method: 'POST', path, json: { extra_specs: set }, purpose: `set ${Object.keys(set).join(', ')}` })]),
    ...gone.map((key) => send(api, { method: 'DELETE', path: [...path, '/', encodeURIComponent(key)], purpose: `take ${key} away` })),
  ]
  if (actions.length === 0) return []
  const label = `extra specs of volume type ${args.name}`
  const after = { ...type, data: { ...type.data, ...given(thingOf(args).wanted), extra_specs: wanted } }
  return [
    {
      what: `change ${[...Object.keys(set), ...gone].join(', ')} in the ${label}`,
      actions,
      effects: effectsOf({ kind: 'cinder_type', keys: [args.name] }, after),
      diff: fieldDiff(label, old, { ...Object.fromEntries(gone.map((key) => [key, ''])), ...wanted }),
    },
  ]
}
