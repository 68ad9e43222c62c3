import { args, z } from '../runner/module/index.ts'
import { attributeArgs, fixedAt, refused, textOrSecret } from './_arguments.ts'

const REDIRECTS = { all: 'all', yes: 'all', none: 'none', no: 'none', safe: 'safe', urllib2: 'safe' } as const

/** The arguments of the module uri. */
export const uriSchema = z
  .strictObject({
    url: textOrSecret().describe('Where to ask, as seen from the managed host.'),
    method: z
      .string()
      .default('GET')
      .transform((method) => method.toUpperCase()),
    body: z.unknown().optional().describe('What to send: a text, or data for `body_format`.'),
    body_format: z.enum(['raw', 'json', 'form-urlencoded']).default('raw'),
    src: z.string().optional().describe('A file with the body.'),
    remote_src: args.bool().default(false).describe('`src` is on the host.'),
    headers: z.record(z.string(), textOrSecret()).default({}),
    status_code: args.list(args.int()).default([200]).describe('Statuses that are a success.'),
    return_content: args.bool().default(false).describe('Give the answer as `content`.'),
    url_username: args.str().optional(),
    url_password: args.secret().optional(),
    force_basic_auth: args.bool().default(false).describe('Has no meaning here: the user and password are always sent at once.'),
    http_agent: z.string().default('ansible-httpget'),
    force: args.bool().default(false).describe('Ask for an answer that no cache gives.'),
    follow_redirects: z
      .union([z.boolean(), z.enum(['all', 'yes', 'none', 'no', 'safe', 'urllib2'])])
      .default('safe')
      .transform((how) => (typeof how === 'boolean' ? (how ? 'all' : 'none') : REDIRECTS[how])),
    validate_certs: args.bool().default(true),
    timeout: args.float().default(30).describe('Seconds.'),
    creates: args.path().optional().describe('Where this exists, nothing is asked.'),
    removes: args.path().optional().describe('Where this does not exist, nothing is asked.'),
    dest: args.path().optional().describe('Write the answer to this file, or into this folder; for GET.'),
    client_cert: refused('certificates of clients are not sent; use command with curl'),
    client_key: refused('certificates of clients are not sent; use command with curl'),
    ciphers: refused('the ciphers are those that Node has'),
    use_gssapi: fixedAt(false, 'there is no Kerberos'),
    use_netrc: args.bool().default(true).describe('Has no meaning here: no ~/.netrc is read.'),
    ca_path: refused('authorities are those that the controller trusts, and those of NODE_EXTRA_CA_CERTS'),
    unix_socket: refused('use command with curl'),
    decompress: args.bool().default(true).describe('Has no meaning here: no packed answers are asked for.'),
    unredirected_headers: args.list(args.str()).default([]).describe('Has no meaning here: another server gets none of the credentials.'),
    use_proxy: args.bool().default(true).describe('Accepted for compatibility: proxies are not used.'),
    ...attributeArgs,
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.body !== undefined && task.src !== undefined) refuse('parameters are mutually exclusive: body|src')
    if (task.dest !== undefined && task.method !== 'GET') refuse('dest is for the method GET')
  })

export type UriArgs = z.infer<typeof uriSchema>
