import { args as arg, defineModule, fail, type ReadOnlyHost, Secret, UnknownState, z } from '../runner/module/index.ts'
import { bootstrapEffects, bootstrapKey, facesOf } from './_keystone-bootstrap.ts'
import { apiUrl, tokenBody } from './_openstack-auth.ts'
import { believed } from './_openstack-believed.ts'
import { JSON_HEADERS } from './_openstack-session.ts'

const bootstrapArguments = z.strictObject({
  password: arg.secret().describe("The administrator's."),
  username: arg.str().default('admin'),
  project_name: arg.str().default('admin'),
  role_name: arg.str().default('admin'),
  service_name: arg.str().default('keystone'),
  region_id: arg.str().describe('Region of the endpoints; the one that the services ask for.'),
  public_url: arg.str().optional(),
  internal_url: arg.str().optional(),
  admin_url: arg.str().optional(),
  auth_url: arg
    .str()
    .optional()
    .describe('Where the API is asked whether there is anything to do; default: the public, internal or admin address.'),
  user: arg.str().default('keystone').describe('User of the host that keystone-manage runs as.'),
  executable: arg.str().default('keystone-manage'),
  config_file: arg.path().optional(),
  validate_certs: arg.bool().default(true),
  timeout: arg.int().default(15).describe('Seconds to wait for an answer of the API.'),
})

type Arguments = z.output<typeof bootstrapArguments>

/** `missing` tells what the API does not have yet; `silent` that it does not answer or knows no such login. */
type Answer =
  | { readonly kind: 'complete' }
  | { readonly kind: 'missing'; readonly what: string }
  | { readonly kind: 'silent'; readonly why: string }

export default defineModule({
  name: 'keystone_bootstrap',
  summary: 'Make the first administrator, project, roles and catalogue entry of OpenStack Identity.',
  description: [
    'Nothing is done where the API lets the administrator in with this password and has the service, region and endpoints.',
    'keystone-manage reads a password from its arguments or its environment only: it goes there by standard input of a small shell, so it is on no command line; the environment of a process can be read by its own user and root alone.',
  ].join(' '),
  args: bootstrapArguments,
  aliases: { bootstrap_password: 'password', bootstrap_username: 'username', region: 'region_id' },
  examples: [
    {
      name: 'The first administrator',
      yaml: 'keystone_bootstrap:\n  password: "{{ keystone_admin_password }}"\n  public_url: http://controller:5000/v3/\n  internal_url: http://controller:5000/v3/\n  admin_url: http://controller:5000/v3/\n  region_id: RegionOne\n',
      lab: false,
    },
  ],
  async check(host, args) {
    if (/[\n\0]/.test(args.password.reveal())) return fail('the password must be one line')
    if (host.predicted && (await believed<string>(host, 'keystone_bootstrap', bootstrapKey(args))) === 'done') return { answer: COMPLETE }
    const url = args.auth_url ?? args.public_url ?? args.internal_url ?? args.admin_url
    const answer: Answer = url === undefined ? { kind: 'silent', why: 'no address is given' } : await ask(host, args, apiUrl(url))
    return { answer }
  },
  plan({ answer }, args) {
    if (answer.kind === 'complete') return []
    const options = [
      ...(args.config_file === undefined ? [] : ['--config-file', args.config_file]),
      'bootstrap',
      ...Object.entries({
        username: args.username,
        'project-name': args.project_name,
        'role-name': args.role_name,
        'service-name': args.service_name,
        'region-id': args.region_id,
      }).flatMap(([key, value]) => [`--bootstrap-${key}`, value]),
      ...facesOf(args).flatMap(([face, url]) => [`--bootstrap-${face}-url`, url]),
    ]
    const argv = ['sh', '-c', PASS_ON, 'keystone-bootstrap', args.executable, ...options]
    return [
      {
        what: `bootstrap the Identity service (${answer.kind === 'missing' ? answer.what : answer.why})`,
        actions: [
          { do: 'run' as const, id: 'bootstrap', argv, stdin: new Secret(`${args.password.reveal()}\n`), user: args.user, cwd: '/' },
        ],
        effects: bootstrapEffects(args, answer.kind === 'missing' ? 'existing' : 'new'),
      },
    ]
  },
  result: (_state, args) => ({ username: args.username, project_name: args.project_name, region_id: args.region_id }),
})

const COMPLETE: Answer = { kind: 'complete' }

const PASS_ON = 'IFS= read -r OS_BOOTSTRAP_PASSWORD && export OS_BOOTSTRAP_PASSWORD && exec "$@" </dev/null'

async function ask(host: ReadOnlyHost, args: Arguments, url: string): Promise<Answer> {
  const common = { timeout: args.timeout * 1000, validateCerts: args.validate_certs }
  const body = tokenBody(
    { user: args.username, password: args.password, domain: { id: 'default' } },
    { project: { name: args.project_name, domain: { id: 'default' } } },
  )
  try {
    const answer = await host.http({ method: 'POST', url: `${url}/auth/tokens`, headers: JSON_HEADERS, body, ...common })
    const token = answer.headers['x-subject-token']
    if (answer.status !== 201 || token === undefined)
      return { kind: 'silent', why: answer.status === 0 ? 'the API does not answer yet' : `${args.username} cannot log in yet` }
    const get = (path: string) =>
      host.http({
        method: 'GET',
        url: `${url}${path}`,
        headers: { 'X-Auth-Token': new Secret(token), Accept: 'application/json' },
        ...common,
      })
    const [services, endpoints, region] = await Promise.all([
      get('/services?type=identity'),
      get(`/endpoints?region_id=${encodeURIComponent(args.region_id)}`),
      get(`/regions/${encodeURIComponent(args.region_id)}`),
    ])
    // A token without the role admin
    if (services.status !== 200 || endpoints.status !== 200) return { kind: 'missing', what: `rights of ${args.username}` }
    return missingFrom(args, { services: services.body, endpoints: endpoints.body, region: region.status })
  } catch (error) {
    if (error instanceof UnknownState) return { kind: 'silent', why: 'the API does not answer yet' }
    throw error
  }
}

const serviceList = z.object({ services: z.array(z.looseObject({ id: z.string(), name: z.string() })) })
const endpointList = z.object({ endpoints: z.array(z.looseObject({ service_id: z.string(), interface: z.string(), url: z.string() })) })

function missingFrom(args: Arguments, read: { readonly services: Buffer; readonly endpoints: Buffer; readonly region: number }): Answer {
  const service = serviceList.parse(JSON.parse(read.services.toString('utf8'))).services.find((one) => one.name === args.service_name)
  if (service === undefined) return { kind: 'missing', what: `service ${args.service_name}` }
  if (read.region !== 200) return { kind: 'missing', what: `region ${args.region_id}` }
  const { endpoints } = endpointList.parse(JSON.parse(read.endpoints.toString('utf8')))
  const own = endpoints.filter((endpoint) => endpoint.service_id === service.id)
  const lacking = facesOf(args).find(([face, url]) => !own.some((endpoint) => endpoint.interface === face && endpoint.url === url))
  return lacking === undefined ? { kind: 'complete' } : { kind: 'missing', what: `${lacking[0]} endpoint ${lacking[1]}` }
}
