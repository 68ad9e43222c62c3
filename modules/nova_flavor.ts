import { args as arg, type Change, defineModule, type Failure, fail, type Outcome, z } from '../runner/module/index.ts'
import { findFlavor, openNova } from './_nova.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { differing, type Fields, fieldDiff, given } from './_openstack-fields.ts'
import { readFrom, send } from './_openstack-request.ts'
import { changesOf, creation, effectsOf, idOf, removal, resultOf, type Thing } from './_openstack-resource.ts'

const flavorArguments = z
  .strictObject({
    ...serviceArguments,
    name: arg.str().describe('Name or id.'),
    flavorid: arg.str().default('auto').describe('Id of a new flavor; `auto` lets Nova choose one.'),
    ram: arg.int().optional().describe('Megabytes.'),
    vcpus: arg.int().optional(),
    disk: arg.int().optional().describe('Gigabytes; default of a new flavor: 0, which only servers that boot from a volume may have.'),
    ephemeral: arg.int().optional().describe('Gigabytes of a second disk.'),
    swap: arg.int().optional().describe('Megabytes.'),
    rxtx_factor: arg.float().optional(),
    is_public: arg.bool().optional().describe('All projects may use it; a new flavor is public.'),
    description: arg.str().optional(),
    extra_specs: z.record(z.string(), arg.str()).optional().describe('All of them: others are taken away.'),
    state: z.enum(['present', 'absent']).default('present'),
  })
  .superRefine((args, context) => {
    if (args.state !== 'present') return
    for (const name of ['ram', 'vcpus'] as const)
      if (args[name] === undefined) context.addIssue({ code: 'custom', message: `state present needs ${name}` })
  })

type FlavorArguments = z.output<typeof flavorArguments>

interface FlavorState {
  readonly api: Api
  readonly flavor: Found
}

export default defineModule({
  name: 'nova_flavor',
  summary: 'Create, change and remove flavors of OpenStack Compute.',
  description:
    'Nova cannot change the sizes of a flavor: one that differs is removed and made anew with the same id. Servers keep the sizes that they were made with. What is not given stays as it is.',
  fqcn: ['openstack.cloud.compute_flavor', 'openstack.cloud.os_nova_flavor', 'os_nova_flavor'],
  args: flavorArguments,
  aliases: { ...serviceAliases, id: 'flavorid', flavor_id: 'flavorid', specs: 'extra_specs' },
  returns: z.object({ flavor: z.record(z.string(), z.unknown()).optional(), id: z.string().optional() }),
  examples: [
    {
      name: 'A small flavor',
      yaml: 'nova_flavor:\n  name: m1.tiny\n  flavorid: "1"\n  ram: 128\n  vcpus: 1\n  disk: 1\n  auth: {auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    return readFrom(openNova(host, args, context), async (api) => ({ api, flavor: await findFlavor(api, args.name) }))
  },
  plan({ api, flavor }: FlavorState, args): readonly Change[] | Failure {
    if (args.state === 'absent') return changesOf(api, flavor, thingOf(args, {}), 'absent')
    if (flavor.exists && args.flavorid !== 'auto' && flavor.id !== undefined && flavor.id !== args.flavorid)
      return fail(`flavor ${args.name} has the id ${flavor.id}, which cannot be changed to ${args.flavorid}`, {
        hint: 'remove it first (state: absent)',
      })
    const basis = flavorChanges(api, flavor, args)
    const replaced = !flavor.exists || basis.length > 1
    const specs = specChanges(api, args, { flavor, old: replaced ? {} : specsOf(flavor) })
    return [...basis, ...specs]
  },
  result: ({ flavor }, args, outcomes) => (args.state === 'absent' ? {} : flavorResult(flavor, args, outcomes)),
})

/** Nothing, a creation, a change of the description, or a removal and a creation. */
function flavorChanges(api: Api, flavor: Found, args: FlavorArguments): readonly Change[] {
  if (!flavor.exists)
    return [creation(api, thingOf(args, { id: args.flavorid === 'auto' ? undefined : args.flavorid, disk: 0, ...given(sizes(args)) }))]
  const differ = differing(bareSwap(flavor.data), sizes(args))
  if (Object.keys(differ).length === 0) return changesOf(api, flavor, thingOf(args, {}), 'present')
  const old = { ...Object.fromEntries(Object.keys(sizes(args)).map((key) => [key, fieldOf(flavor.data, key)])) }
  const thing = thingOf(args, { id: flavor.id, ...old, ...sizes(args) })
  const made = creation(api, thing)
  const what = `change ${Object.keys(differ).join(', ')} of ${thing.label}: make it anew`
  return [
    { ...removal(api, thing, flavor.id ?? ''), what: `remove ${thing.label} in its old form` },
    { ...made, what, diff: fieldDiff(thing.label, flavor.data, differ) },
  ]
}

function thingOf(args: FlavorArguments, identity: Fields): Thing {
  return {
    noun: 'flavor',
    kind: 'nova_flavor',
    path: '/flavors',
    label: `flavor ${args.name}`,
    keys: [args.name, ...(args.flavorid === 'auto' ? [] : [args.flavorid])],
    identity: { name: args.name, ...identity },
    wanted: { description: args.description },
    update: 'PUT',
  }
}

/** Under the API's names. */
function sizes(args: FlavorArguments): Fields {
  return {
    ram: args.ram,
    vcpus: args.vcpus,
    disk: args.disk,
    swap: args.swap,
    'OS-FLV-EXT-DATA:ephemeral': args.ephemeral,
    rxtx_factor: args.rxtx_factor,
    'os-flavor-access:is_public': args.is_public,
  }
}

/** The API says `""` for no swap. */
function bareSwap(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...data, swap: data['swap'] === '' ? 0 : data['swap'] }
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined)

function fieldOf(data: Readonly<Record<string, unknown>>, key: string): string | number | boolean | undefined {
  return scalar.parse(bareSwap(data)[key])
}

function specsOf(flavor: Found): Readonly<Record<string, unknown>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(flavor.exists ? flavor.data['extra_specs'] : {})
  return parsed.success ? parsed.data : {}
}

/** Extra specs are a list of their own, which can be changed. */
function specChanges(
  api: Api,
  args: FlavorArguments,
  { flavor, old }: { readonly flavor: Found; readonly old: Readonly<Record<string, unknown>> },
): readonly Change[] {
  if (args.extra_specs === undefined) return []
  const set = Object.entries(args.extra_specs).filter(([key, value]) => old[key] !== value)
  const unset = Object.keys(old).filter((key) => !(key in (args.extra_specs ?? {})))
  if (set.length + unset.length === 0) return []
  const what = `set the extra specs of flavor ${args.name}: ${[...set.map(([key, value]) => `${key}=${value}`), ...unset.map((key) => `no ${key}`)].join(', ')}`
  const base = ['/flavors/', flavor.exists ? (flavor.id ?? '') : idOf(flavor, 'flavor'), '/os-extra_specs']
  const actions = [
    ...(set.length === 0
      ? []
      : [send(api, { id: 'extra_specs', method: 'POST', path: base, json: { extra_specs: Object.fromEntries(set) }, purpose: what })]),
    ...unset.map((key) => send(api, { method: 'DELETE', path: [...base, `/${encodeURIComponent(key)}`], purpose: what })),
  ]
  const after: Found = {
    exists: true,
    id: flavor.exists ? flavor.id : undefined,
    data: { ...dataAfter(flavor, args), extra_specs: args.extra_specs },
  }
  return [{ what, actions, effects: effectsOf(thingOf(args, {}), after) }]
}

function dataAfter(flavor: Found, args: FlavorArguments): Readonly<Record<string, unknown>> {
  return { ...(flavor.exists ? flavor.data : {}), name: args.name, ...sizes(args) }
}

function flavorResult(flavor: Found, args: FlavorArguments, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> {
  const result = resultOf(flavor, 'flavor', outcomes, { ephemeral: 'OS-FLV-EXT-DATA:ephemeral', is_public: 'os-flavor-access:is_public' })
  const shown = z.record(z.string(), z.unknown()).safeParse(result['flavor'])
  return shown.success && args.extra_specs !== undefined ? { ...result, flavor: { ...shown.data, extra_specs: args.extra_specs } } : result
}
