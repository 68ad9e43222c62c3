import { type Change, Failure, fail, type JsonWithRefs, ref, resource } from '../runner/module/index.ts'
import type { Bytes } from './_glance.ts'
import { type ImageArgs, wantedVisibility } from './_glance-args.ts'
import type { Api } from './_openstack.ts'
import { ABSENT, type Found } from './_openstack-believed.ts'
import type { Content } from './_openstack-content.ts'
import { differing, type Fields, fieldDiff, given } from './_openstack-fields.ts'
import { type Id, send } from './_openstack-request.ts'

export interface ImageState {
  readonly api: Api
  readonly image: Found
  readonly owner: string | undefined
  readonly kernel: string | undefined
  readonly ramdisk: string | undefined
  readonly content: Content | undefined
  /** Where there is an image with bytes. */
  readonly bytes: Bytes | undefined
}

export function planImage(state: ImageState, args: ImageArgs): readonly Change[] | Failure {
  const { image, content } = state
  if (args.state === 'absent') return removal(state, args)
  if (!image.exists) return content === undefined ? nothingToUpload(args) : [creation(state, args, content)]
  const status = typeof image.data['status'] === 'string' ? image.data['status'] : 'active'
  if (status === 'queued') return content === undefined ? nothingToUpload(args) : [...updates(state, args), upload(state, args, content)]
  if (status !== 'active')
    return fail(`image ${args.name} is ${status}`, { hint: 'wait until its upload has ended, or remove it (state: absent)' })
  if (state.bytes === 'other') return content === undefined ? [] : replacement(state, args, content)
  return fixedDifference(image.data, args) ?? updates(state, args)
}

function nothingToUpload(args: ImageArgs): Failure {
  return fail(`there is no image ${args.name}, and nothing to make it of`, { hint: 'give filename, src or url' })
}

function replacement(state: ImageState, args: ImageArgs, content: Content): readonly Change[] | Failure {
  if (!args.replace)
    return fail(`image ${args.name} has other bytes than ${content.from}`, {
      hint: 'replace: true puts a new image in its place; instances keep what they were made of. Or give the new image another name',
    })
  const gone = removal(state, args)
  return gone instanceof Failure ? gone : [...gone, creation(state, args, content)]
}

/** Formats belong to the bytes. */
function fixedDifference(data: Readonly<Record<string, unknown>>, args: ImageArgs): Failure | undefined {
  const wanted = [
    ['disk_format', args.disk_format],
    ['container_format', args.container_format],
  ] as const
  const other = wanted.find(([name, value]) => data[name] !== value)
  if (other === undefined) return undefined
  const [name, value] = other
  return fail(`image ${args.name} has the ${name} ${String(data[name])}, which cannot be changed to ${value}`, {
    hint: 'remove it first (state: absent), or give the new image another name',
  })
}

function removal({ api, image }: ImageState, args: ImageArgs): readonly Change[] | Failure {
  if (!image.exists) return []
  const id = image.id ?? ''
  if (image.data['protected'] === true && args.is_protected !== false)
    return fail(`image ${args.name} is protected`, { hint: 'is_protected: false takes the protection away first' })
  const what = `remove image ${args.name}`
  const unlock = patch(api, { id, fields: { protected: false }, data: image.data, what: `take the protection from image ${args.name}` })
  const remove = send(api, { method: 'DELETE', path: ['/images/', id], purpose: what })
  const actions = image.data['protected'] === true ? [unlock, remove] : [remove]
  return [{ what, actions, effects: effects(args, ABSENT, id) }]
}

function wantedFields(state: ImageState, args: ImageArgs): Fields {
  return {
    ...args.properties,
    visibility: wantedVisibility(args),
    protected: args.is_protected,
    min_disk: args.min_disk,
    min_ram: args.min_ram,
    owner: state.owner,
    kernel_id: state.kernel,
    ramdisk_id: state.ramdisk,
  }
}

function creation(state: ImageState, args: ImageArgs, content: Content): Change {
  const { id, name, disk_format: disk, container_format: container } = args
  const wanted = { visibility: 'private', ...given(wantedFields(state, args)), tags: args.tags }
  const fields = given({ id, name, disk_format: disk, container_format: container, ...wanted })
  const what = `create image ${name} of ${content.from}`
  const create = send(state.api, { id: 'image', method: 'POST', path: ['/images'], json: fields, purpose: `create image ${name}` })
  return {
    what,
    actions: [create, ...transfer(state.api, args, { id: ref('image', ['id']), content })],
    effects: effects(args, { exists: true, data: { ...fields, status: 'active' } }, id),
    diff: fieldDiff(`image ${name}`, {}, fields),
  }
}

function upload({ api, image }: ImageState, args: ImageArgs, content: Content): Change {
  const id = image.exists ? (image.id ?? '') : ''
  const data = { ...(image.exists ? image.data : {}), status: 'active' }
  return {
    what: `upload ${content.from} to image ${args.name}`,
    actions: transfer(api, args, { id, content }),
    effects: effects(args, { exists: true, id, data }, id),
  }
}

/** The bytes, and what the image is afterwards. */
function transfer(api: Api, args: ImageArgs, { id, content }: { readonly id: Id; readonly content: Content }) {
  const headers = { 'Content-Type': 'application/octet-stream' }
  const timeout = args.timeout * 1000
  const purpose = `upload ${content.from} to image ${args.name}`
  return [
    send(api, { id: 'upload', method: 'PUT', path: ['/images/', id, '/file'], headers, body: content.body, timeout, purpose }),
    send(api, { id: 'after', method: 'GET', path: ['/images/', id], purpose: `look at image ${args.name}` }),
  ]
}

function updates(state: ImageState, args: ImageArgs): readonly Change[] {
  const { api, image } = state
  if (!image.exists) return []
  const id = image.id ?? ''
  const fields = {
    ...differing(image.data, { name: args.name === id ? undefined : args.name, ...wantedFields(state, args) }),
    ...otherTags(image.data, args),
  }
  if (Object.keys(fields).length === 0) return []
  const what = `change ${Object.keys(fields).join(', ')} of image ${args.name}`
  const data = { ...image.data, ...fields }
  return [
    {
      what,
      actions: [patch(api, { id, fields, data: image.data, what })],
      effects: effects(args, { exists: true, id, data }, id),
      diff: fieldDiff(`image ${args.name}`, image.data, fields),
    },
  ]
}

/** Their order says nothing. */
function otherTags(data: Readonly<Record<string, unknown>>, args: ImageArgs): Readonly<Record<string, JsonWithRefs>> {
  if (args.tags === undefined) return {}
  const present = Array.isArray(data['tags']) ? data['tags'].map(String) : []
  const same = present.length === args.tags.length && args.tags.every((tag) => present.includes(tag))
  return same ? {} : { tags: args.tags }
}

interface Patch {
  readonly id: string
  readonly fields: Readonly<Record<string, JsonWithRefs>>
  readonly data: Readonly<Record<string, unknown>>
  readonly what: string
}

function patch(api: Api, { id, fields, data, what }: Patch) {
  const json = Object.entries(fields).map(([name, value]) => ({
    op: name in data ? 'replace' : 'add',
    path: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  }))
  const headers = { 'Content-Type': 'application/openstack-images-v2.1-json-patch' }
  return send(api, { id: 'after', method: 'PATCH', path: ['/images/', id], headers, json, purpose: what })
}

function effects(args: ImageArgs, state: Found, id: string | undefined) {
  const keys = [args.name, ...(id === undefined || id === '' || id === args.name ? [] : [id])]
  return keys.map((key) => resource('glance_image', key, state, 'run'))
}
