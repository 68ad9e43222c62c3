import {
  args as arg,
  type Change,
  defineModule,
  Failure,
  fail,
  type Outcome,
  type ReadOnlyHost,
  Secret,
  UnknownState,
  z,
} from '../runner/module/index.ts'
import { openNova } from './_nova.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import type { Found } from './_openstack-believed.ts'
import { findBy, getRow } from './_openstack-find.ts'
import { reading } from './_openstack-request.ts'
import { creation, removal, type Thing } from './_openstack-resource.ts'

const keypairArguments = z
  .strictObject({
    ...serviceArguments,
    name: arg.str(),
    public_key: arg.str().optional().describe('As in `~/.ssh/id_ed25519.pub`. Without a key Nova makes a pair.'),
    public_key_file: arg.path().optional().describe('A file of the host that the task runs on.'),
    state: z.enum(['present', 'absent', 'replace']).default('present').describe('`replace` puts another key in its place.'),
  })
  .refine((args) => args.public_key === undefined || args.public_key_file === undefined, {
    message: 'public_key and public_key_file exclude each other',
  })

type KeypairArguments = z.output<typeof keypairArguments>

interface KeypairState {
  readonly api: Api
  readonly keypair: Found
  readonly publicKey: string | undefined
}

export default defineModule({
  name: 'nova_keypair',
  summary: 'Register SSH keys with OpenStack Compute, for the servers of the user who logs in.',
  description:
    'The private key of a pair that Nova makes is in the result of that one task, and nowhere else. It is a secret: write it to a file with `copy`.',
  fqcn: ['openstack.cloud.keypair', 'openstack.cloud.os_keypair', 'os_keypair'],
  args: keypairArguments,
  aliases: serviceAliases,
  returns: z.object({
    keypair: z.record(z.string(), z.unknown()).optional().describe('name, public_key, fingerprint; private_key where Nova made it.'),
    id: z.string().optional().describe('Its name.'),
  }),
  examples: [
    {
      name: "Joe's key",
      yaml: 'nova_keypair:\n  name: joe\n  public_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ joe@example\n  auth: {auth_url: "http://controller:5000/v3", username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const publicKey = args.public_key ?? (await keyIn(host, args))
    if (publicKey instanceof Failure) return publicKey
    const api = await openNova(host, args, context)
    if (api instanceof Failure) return api
    const read = () => getRow(api, `/os-keypairs/${encodeURIComponent(args.name)}`, 'keypair')
    const keypair = await reading(() => findBy(api, { kind: 'nova_keypair', keys: [keyOf(api, args)] }, read))
    return keypair instanceof Failure ? keypair : { api, keypair, publicKey: publicKey?.trim() }
  },
  plan(state: KeypairState, args): readonly Change[] | Failure {
    const { api, keypair, publicKey } = state
    const thing = thingOf(state, args)
    if (args.state === 'absent') return keypair.exists ? [removal(api, thing, encodeURIComponent(args.name))] : []
    if (!keypair.exists) return [creation(api, thing)]
    if (publicKey === undefined || sameKey(publicKey, keypair.data['public_key'])) return []
    if (args.state === 'present')
      return fail(`key pair ${args.name} has another public key`, { hint: 'state: replace puts the new one in its place' })
    return [{ ...removal(api, thing, encodeURIComponent(args.name)), what: `remove the old ${thing.label}` }, creation(api, thing)]
  },
  result: ({ keypair }, args, outcomes) => (args.state === 'absent' ? {} : keypairResult(keypair, args, outcomes)),
})

const MAX_KEY = 64 * 1024

async function keyIn(host: ReadOnlyHost, { public_key_file: path, state }: KeypairArguments): Promise<string | Failure | undefined> {
  if (path === undefined || state === 'absent') return undefined
  const file = await host.file(path, { content: MAX_KEY, follow: true })
  if (file.type === 'unknown') throw new UnknownState(file.reason)
  if (file.type === 'absent') return fail(`there is no public key ${path}`)
  if (file.type !== 'file') return fail(`${path} is not a file`)
  if (file.content === undefined && host.predicted) throw new UnknownState(`the content of ${path} is not known yet`)
  return file.content === undefined ? fail(`${path} is too large for a public key`) : file.content.toString('utf8')
}

function keyOf(api: Api, args: KeypairArguments): string {
  return `${api.auth.user}/${args.name}`
}

function thingOf({ api, publicKey }: KeypairState, args: KeypairArguments): Thing {
  return {
    noun: 'keypair',
    kind: 'nova_keypair',
    path: '/os-keypairs',
    label: `key pair ${args.name}`,
    keys: [keyOf(api, args)],
    identity: { name: args.name, public_key: publicKey },
    wanted: {},
  }
}

/** The comment after a key is not the key. */
function sameKey(one: string, other: unknown): boolean {
  const key = (text: string): string => text.trim().split(/\s+/).slice(0, 2).join(' ')
  return typeof other === 'string' && key(one) === key(other)
}

const answer = z.looseObject({ keypair: z.record(z.string(), z.unknown()) })

function keypairResult(found: Found, args: KeypairArguments, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> {
  const made = answer.safeParse(outcomes.findLast((outcome) => outcome.id === 'keypair')?.http?.body)
  const data = made.success ? made.data.keypair : found.exists ? found.data : undefined
  if (data === undefined) return {}
  const { private_key: privateKey, ...rest } = data
  return {
    keypair: { ...rest, ...(typeof privateKey === 'string' ? { private_key: new Secret(privateKey) } : {}) },
    id: args.name,
  }
}
