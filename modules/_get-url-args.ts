import { args as arg, z } from '../runner/module/index.ts'
import { attributeArgs, fixedAt, refused, rewriteArgs, textOrSecret } from './_arguments.ts'
import { revealed } from './_bytes.ts'
import { ALGORITHMS, CHECKSUM } from './_checksum.ts'

/** The arguments of the module get_url. */
export const getUrlSchema = z
  .strictObject({
    url: textOrSecret().describe('What to download, as seen from the managed host: `http://` or `https://`.'),
    dest: arg.path().describe('The file on the host, or the folder that it goes to under the name that the server or the URL gives it.'),
    checksum: z
      .string()
      .default('')
      .describe(`\`sha256:HEX\`, or \`sha256:URL\` of a list of sums. Of ${ALGORITHMS.join(', ')}. A file that has it is not downloaded.`),
    force: arg.bool().default(false).describe('Download although a file is there. It is replaced where it differs.'),
    headers: z.record(z.string(), textOrSecret()).default({}),
    url_username: arg.str().optional(),
    url_password: arg.secret().optional(),
    force_basic_auth: arg.bool().default(false).describe('Has no meaning here: the user and password are always sent at once.'),
    unredirected_headers: arg.list(arg.str()).default([]).describe('Headers that another server does not get. Credentials never go there.'),
    http_agent: z.string().default('ansible-httpget'),
    timeout: arg.float().default(10).describe('Seconds without a sign of life from the server.'),
    validate_certs: arg.bool().default(true),
    decompress: arg.bool().default(true).describe('Unpack what the server packed for the way.'),
    use_proxy: arg.bool().default(true).describe('Accepted for compatibility: proxies are not used.'),
    tmp_dest: arg.path().optional().describe('Accepted for compatibility: what is not complete lies beside `dest`.'),
    client_cert: refused('certificates of clients are not sent; use command with curl'),
    client_key: refused('certificates of clients are not sent; use command with curl'),
    ciphers: refused('the ciphers are those that Node has'),
    use_gssapi: fixedAt(false, 'there is no Kerberos'),
    use_netrc: arg.bool().default(true).describe('Has no meaning here: no ~/.netrc is read.'),
    backup: rewriteArgs.backup,
    ...attributeArgs,
  })
  .superRefine((task, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (!/^https?:\/\//i.test(revealed(task.url))) refuse('url', 'expected a URL that begins with http:// or https://')
    else if (!URL.canParse(revealed(task.url))) refuse('url', 'this is no URL')
    if (task.checksum !== '' && !CHECKSUM.test(task.checksum.trim()))
      refuse('checksum', 'The checksum parameter has to be in format <algorithm>:<checksum>')
  })

export type GetUrlArgs = z.output<typeof getUrlSchema>
