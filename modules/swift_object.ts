import {
  args as arg,
  type Change,
  defineModule,
  Failure,
  fail,
  type ModuleContext,
  type ReadOnlyHost,
  resource,
  z,
} from '../runner/module/index.ts'
import { textOrSecret } from './_arguments.ts'
import { revealed } from './_bytes.ts'
import type { Api } from './_openstack.ts'
import { serviceAliases, serviceArguments } from './_openstack-auth.ts'
import { bytesContent, type Content, fileArguments, readContent } from './_openstack-content.ts'
import { reading, send } from './_openstack-request.ts'
import { type Headers, headersOf, metadataIn, openSwift, PUBLIC_ACL, pathOf } from './_swift.ts'

const schema = z
  .strictObject({
    ...serviceArguments,
    container: arg.str().describe('It is made where it is missing.'),
    name: arg.str().optional().describe('Name of the object; left out, the container as a whole is meant.'),
    ...fileArguments,
    content: textOrSecret().optional().describe('Extension: the content itself.'),
    content_type: arg.str().optional().describe('Extension: media type; the object store guesses it from the name.'),
    metadata: z.record(z.string(), arg.str()).default({}).describe('Extension: custom metadata by name.'),
    container_access: z.enum(['private', 'public']).default('private').describe('Whether everybody may read what is in the container.'),
    upload_timeout: arg.int().default(3600).describe('Seconds for the upload.'),
    state: z.enum(['present', 'absent']).default('present'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    const given = [task.filename, task.src, task.content].filter((each) => each !== undefined).length
    if (given > 1) refuse('parameters are mutually exclusive: filename|src|content')
    if (task.state === 'present' && task.name !== undefined && given === 0) refuse('name is given, but none of filename, src, content')
    if (task.name === undefined && given > 0) refuse('name is missing: what is the object to be called?')
    if (task.container.includes('/')) refuse('the name of a container has no slash')
  })

type Args = z.output<typeof schema>

interface State {
  readonly api: Api
  readonly container: Headers | undefined
  readonly object: Headers | undefined
  readonly content: Content | undefined
  /** What the object store would call the entity tag of the wanted content. */
  readonly md5: string | undefined
}

/** What the object store takes in one request. */
const MOST_BYTES = 5 * 1024 ** 3

export default defineModule<Args, State>({
  name: 'swift_object',
  fqcn: ['openstack.cloud.object'],
  summary: 'Upload and remove objects of the object store.',
  description:
    'An object whose MD5 is that of the wanted content stays. Files are streamed; one of more than 5 GiB would have to be split and is refused.',
  args: schema,
  aliases: serviceAliases,
  returns: z.object({ object: z.record(z.string(), z.unknown()).optional() }),
  examples: [
    {
      name: 'A text',
      yaml: 'swift_object:\n  container: notes\n  name: today.txt\n  content: Buy milk.\n  auth: {auth_url: http://controller:5000/v3, username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\n',
      lab: false,
    },
    {
      name: 'A file of the host',
      yaml: 'swift_object:\n  container: backups\n  name: fstab\n  filename: /etc/fstab\n  auth: {auth_url: http://controller:5000/v3, username: joe, password: "{{ keystone_joe_password }}", project_name: trial}\n',
      lab: false,
    },
  ],
  async check(host, args, context) {
    const [api, content] = await Promise.all([openSwift(host, args, context), contentOf(host, args, context)])
    if (api instanceof Failure) return api
    if (content instanceof Failure) return content
    if (content?.size !== undefined && content.size > MOST_BYTES)
      return fail(`${content.from} is larger than 5 GiB`, { hint: 'upload it in segments, with swift upload --segment-size' })
    return reading(async () => {
      const [container, object, md5] = await Promise.all([
        headersOf(api, 'swift_container', pathOf(args.container)),
        args.name === undefined ? undefined : headersOf(api, 'swift_object', pathOf(args.container, args.name)),
        content?.digest('md5'),
      ])
      return { api, container, object, content, md5 }
    })
  },
  plan(state, args): readonly Change[] | Failure {
    if (args.state === 'absent') return removal(state, args)
    return [...containerChanges(state, args), ...objectChanges(state, args)]
  },
  result({ object, md5, content }, args) {
    if (args.name === undefined || args.state === 'absent') return {}
    const etag = md5 ?? (object === undefined ? undefined : etagOf(object))
    return { object: { container: args.container, name: args.name, etag, bytes: content?.size ?? Number(object?.['content-length'] ?? 0) } }
  },
})

async function contentOf(host: ReadOnlyHost, args: Args, context: ModuleContext): Promise<Content | Failure | undefined> {
  if (args.state === 'absent') return undefined
  return args.content === undefined ? readContent(host, args, context) : bytesContent(revealed(args.content), 'content')
}

function containerChanges({ api, container }: State, args: Args): readonly Change[] {
  const path = pathOf(args.container)
  const isPublic = container?.['x-container-read'] === PUBLIC_ACL
  const wantsPublic = args.container_access === 'public'
  if (container !== undefined && isPublic === wantsPublic) return []
  const acl = wantsPublic ? PUBLIC_ACL : ''
  const label = `container ${args.container}`
  const what = container === undefined ? `create ${label}` : `let ${wantsPublic ? 'everybody' : 'only the project'} read ${label}`
  const headers = container === undefined && !wantsPublic ? {} : { 'X-Container-Read': acl }
  const method = container === undefined ? 'PUT' : 'POST'
  return [
    {
      what,
      actions: [send(api, { method, path: [path], headers, purpose: what })],
      effects: [resource('swift_container', path, { exists: true, headers: { ...container, 'x-container-read': acl } }, 'run')],
    },
  ]
}

function objectChanges(state: State, args: Args): readonly Change[] {
  const { object, content, md5 } = state
  if (args.name === undefined || content === undefined) return []
  const label = `object ${args.container}/${args.name}`
  if (object === undefined) return [upload(state, args, { what: `upload ${label}`, content })]
  if (md5 === undefined)
    return [
      {
        ...upload(state, args, { what: `upload ${label}`, content }),
        certainty: 'maybe',
        why: `the content of ${content.from} is not known yet`,
      },
    ]
  if (etagOf(object) !== md5) return [upload(state, args, { what: `replace ${label}`, content })]
  return differs(object, args) ? [description(state, args, `describe ${label}`)] : []
}

/** A POST sets all metadata anew; what is not sent is gone. */
function differs(object: Headers, args: Args): boolean {
  const present = metadataIn(object, META)
  const missing = Object.entries(args.metadata).some(([name, value]) => present[name.toLowerCase()] !== value)
  return missing || (args.content_type !== undefined && object['content-type'] !== args.content_type)
}

/** The middleware etag-quoter puts it in quotes, as RFC 9110 has it. */
function etagOf(object: Headers): string {
  return (object['etag'] ?? '').replaceAll('"', '')
}

const META = 'x-object-meta-'

function metadataHeaders(args: Args, object: Headers = {}): Readonly<Record<string, string>> {
  const all = {
    ...metadataIn(object, META),
    ...Object.fromEntries(Object.entries(args.metadata).map(([name, value]) => [name.toLowerCase(), value])),
  }
  return {
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [`X-Object-Meta-${name}`, value])),
    ...(args.content_type === undefined ? {} : { 'Content-Type': args.content_type }),
  }
}

function upload({ api, md5 }: State, args: Args, { what, content }: { readonly what: string; readonly content: Content }): Change {
  const path = pathOf(args.container, args.name)
  // The object store compares what came with the tag, and refuses an upload that was cut short.
  const headers = { ...metadataHeaders(args), ...(md5 === undefined ? {} : { ETag: md5 }) }
  const timeout = args.upload_timeout * 1000
  return {
    what,
    actions: [send(api, { id: 'upload', method: 'PUT', path: [path], headers, body: content.body, timeout, purpose: what })],
    effects: [resource('swift_object', path, { exists: true, headers: { ...lowerCase(headers), etag: md5 ?? '' } }, 'run')],
  }
}

function description({ api, object }: State, args: Args, what: string): Change {
  const path = pathOf(args.container, args.name)
  const headers = metadataHeaders(args, object)
  return {
    what,
    actions: [send(api, { method: 'POST', path: [path], headers, purpose: what })],
    effects: [resource('swift_object', path, { exists: true, headers: { ...object, ...lowerCase(headers) } }, 'run')],
  }
}

function lowerCase(headers: Readonly<Record<string, string>>): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function removal({ api, container, object }: State, args: Args): readonly Change[] | Failure {
  const isContainer = args.name === undefined
  if ((isContainer ? container : object) === undefined) return []
  const count = Number(container?.['x-container-object-count'] ?? 0)
  if (isContainer && count > 0)
    return fail(`container ${args.container} has ${String(count)} objects`, {
      hint: 'use swift_container with delete_with_all_objects: true',
    })
  const path = pathOf(args.container, args.name)
  const what = isContainer ? `remove container ${args.container}` : `remove object ${args.container}/${args.name ?? ''}`
  return [
    {
      what,
      actions: [send(api, { method: 'DELETE', path: [path], purpose: what, okStatus: [204, 404] })],
      effects: [resource(isContainer ? 'swift_container' : 'swift_object', path, { exists: false, headers: {} }, 'run')],
    },
  ]
}
