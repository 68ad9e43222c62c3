import { STATUS_CODES } from 'node:http'
import { type Change, defineModule, type FetchAction, type Outcome, z } from '../runner/module/index.ts'
import { attributeChanges, attributeResult, attributesAfter, isStat } from './_attributes.ts'
import { writtenEffect } from './_effects.ts'
import { type Download, modifiedSince, readDownload } from './_get-url.ts'
import { type GetUrlArgs, getUrlSchema } from './_get-url-args.ts'

const TRANSFERRED = z.object({ size: z.number(), sha1: z.string(), sha256: z.string() })

/** Something to download from, for the examples. */
const WEB_SERVER = `- apt:
    name: busybox
    update_cache: true
- shell:
    cmd: mkdir -p /srv/get-url && cd /srv/get-url && echo one >release.txt && sha256sum release.txt >SHA256SUMS && busybox httpd -p 127.0.0.1:8098 -h /srv/get-url
    creates: /srv/get-url
`

export default defineModule<GetUrlArgs, Download>({
  name: 'get_url',
  summary: 'Download a file to the host.',
  description: [
    'The server is asked from the managed host’s side of the network, over its connection, and the bytes go to the host as they come: the host needs no curl or wget, and a file of any size no memory.',
    'The file gets its name only when all of it is there and has the right checksum. A file that is there is asked for only if it is newer on the server, and replaced only if it differs.',
    'In check mode the server is asked with HEAD.',
  ].join(' '),
  args: getUrlSchema,
  aliases: { username: 'url_username', password: 'url_password' },
  returns: z.object({
    url: z.string(),
    dest: z.string(),
    msg: z.string(),
    status_code: z.number().optional(),
    elapsed: z.number(),
    size: z.number().optional(),
    checksum_src: z.string().optional(),
    checksum_dest: z.string().optional(),
    backup_file: z.string().optional(),
    mode: z.string().optional(),
    owner: z.string().optional(),
    group: z.string().optional(),
    state: z.string().optional(),
  }),
  examples: [
    {
      name: 'A file that is known',
      yaml: 'get_url:\n  url: http://127.0.0.1:8098/release.txt\n  dest: /srv/release.txt\n  checksum: sha256:2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806\n  mode: "0640"\n',
      lab: { first: 'changed', second: 'ok', before: WEB_SERVER },
    },
    {
      name: 'By the list of checksums beside it',
      yaml: 'get_url:\n  url: http://127.0.0.1:8098/release.txt\n  dest: /opt\n  checksum: sha256:http://127.0.0.1:8098/SHA256SUMS\n',
      lab: { first: 'changed', second: 'ok', before: WEB_SERVER },
    },
  ],
  check: readDownload,
  plan: planDownload,
  result: downloadResult,
})

function planDownload(download: Download, task: GetUrlArgs): readonly Change[] {
  const { target, proved, answer } = download
  const { path, file } = target
  const attributes = isStat(file) ? attributeChanges(path, file, task, target.owners) : []
  const settled = (proved === true && !task.force) || answer?.status === 304
  if (settled) return attributes
  return [{ ...transfer(download, task), ...certainty(download) }, ...attributes]
}

function transfer(download: Download, task: GetUrlArgs): Change {
  const { target, checksum, proved, request } = download
  const { path, file } = target
  const after = attributesAfter(file, task, target.owners)
  const fresh = isStat(file) && !task.force && proved !== false ? modifiedSince(file.mtime) : {}
  const action: FetchAction = {
    do: 'fetch',
    id: 'download',
    path,
    request: { ...request, headers: { ...request.headers, ...fresh }, checksum, decompress: task.decompress },
    mode: task.mode === undefined ? undefined : after.mode,
    owner: task.owner,
    group: task.group,
    backup: task.backup && isStat(file),
    keepSame: true,
  }
  const sha256 = checksum?.algorithm === 'sha256' ? checksum.value : undefined
  return { what: `download ${String(task.url)} to ${path}`, actions: [action], effects: [writtenEffect(path, after, { sha256 })] }
}

/** A file that is not there, or is not the right one, is certainly written. */
function certainty({ target, proved, answer }: Download): Partial<Change> {
  const { file } = target
  if (file.type === 'absent' || proved === false) return {}
  const length = answer?.headers['content-length']
  const differs = isStat(file) && length !== undefined && answer?.headers['content-encoding'] === undefined && Number(length) !== file.size
  if (differs) return { unchangedIf: SAME }
  return { certainty: 'maybe', why: 'whether the file differs is known only when it is downloaded', unchangedIf: SAME }
}

const SAME = { id: 'download', stdout: '^same$' }

function downloadResult({ target, request, answer }: Download, task: GetUrlArgs, outcomes: readonly Outcome[]) {
  const outcome = outcomes.find((one) => one.id === 'download')
  const status = outcome?.http?.status ?? answer?.status
  const transferred = TRANSFERRED.safeParse(outcome?.http?.body).data
  const said = outcome?.stdout.trim() ?? ''
  const { file } = target
  return {
    url: outcome?.http?.url ?? request.url,
    dest: target.path,
    elapsed: outcome === undefined ? 0 : Math.floor((outcome.end - outcome.start) / 1000),
    msg: messageOf(status, transferred?.size),
    ...(status === undefined || status === 0 ? {} : { status_code: status }),
    ...(transferred === undefined ? {} : { checksum_src: transferred.sha1, checksum_dest: transferred.sha1 }),
    ...(said === '' || said === 'same' ? {} : { backup_file: said }),
    ...(outcome?.ok === false ? {} : { state: 'file', ...attributeResult(attributesAfter(file, task, target.owners)) }),
    ...(transferred === undefined ? (isStat(file) ? { size: file.size } : {}) : { size: transferred.size }),
  }
}

function messageOf(status: number | undefined, size: number | undefined): string {
  if (status === undefined) return 'file already exists'
  if (status === 0) return 'Request failed'
  if (status < 200 || status > 299) return `HTTP Error ${String(status)}: ${STATUS_CODES[status] ?? ''}`
  return `OK (${size === undefined ? 'unknown' : String(size)} bytes)`
}
