import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { RunnerError } from '../base/error.ts'
import type { HttpRequest, HttpResponse, TakeBody } from '../host/host.ts'
import type { FetchAction, FetchRequest, Outcome, TransferredFile } from '../module/change.ts'
import { isSuccess } from './_apply-http.ts'
import { ask } from './_apply-request.ts'
import { temporaryName, writeScript } from './_apply-script.ts'
import { uploadBeside } from './_apply-upload.ts'
import type { ApplyTarget } from './apply.ts'

const NOT_MODIFIED = 304

/** Writes what an HTTP server answers to a file of the host. The bytes go from stream to stream. */
export async function applyFetch(action: FetchAction, target: ApplyTarget): Promise<Outcome> {
  const start = Date.now()
  const { request } = action
  const temporary = temporaryName()
  const sums = new Sums(request)
  let refusal: string | undefined
  const take: TakeBody = async (head, body) => {
    if (!isSuccess(head.status)) return Buffer.alloc(0)
    const content = sums.of(unpacked(head.headers['content-encoding'], body, request))
    refusal = await uploadBeside(action, temporary, { session: target.session, signal: target.signal, content })
    return Buffer.alloc(0)
  }
  const response = await target.httpOver(await target.connection(), requestOf(request), target.signal, take)
  target.signal.throwIfAborted()
  const arrived = (file: TransferredFile | undefined, outcome: Pick<Outcome, 'ok' | 'stdout' | 'stderr'>): Outcome => ({
    ...withAnswer(outcome, response, file),
    id: action.id,
    start,
  })
  if (response.status === NOT_MODIFIED) return arrived(undefined, { ok: true, stdout: 'same\n', stderr: '' })
  if (!isSuccess(response.status)) return arrived(undefined, { ok: false, stdout: '', stderr: response.error ?? '' })
  if (refusal !== undefined) return arrived(sums.file, { ok: false, stdout: '', stderr: refusal })
  const outcome = await install(writeScript(action, temporary, 'uploaded'), target)
  return arrived(sums.file, outcome)
}

async function install(script: string, target: ApplyTarget): Promise<Pick<Outcome, 'ok' | 'stdout' | 'stderr'>> {
  const { rc, stdout, stderr } = await ask(target, { script })
  return { ok: rc === 0, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') }
}

function requestOf({ url, headers, timeout, validateCerts }: FetchRequest): HttpRequest {
  return { method: 'GET', url, headers, timeout, validateCerts, followRedirects: 'all' }
}

function withAnswer(
  outcome: Pick<Outcome, 'ok' | 'stdout' | 'stderr'>,
  { status, headers, url }: HttpResponse,
  file: TransferredFile | undefined,
): Omit<Outcome, 'id' | 'start'> {
  const { ok, stdout, stderr } = outcome
  return { ok, stdout, stderr, rc: ok ? 0 : 1, http: { status, headers, url, text: '', body: file }, end: Date.now(), timedOut: false }
}

function unpacked(encoding: string | undefined, body: AsyncIterable<Uint8Array>, request: FetchRequest): AsyncIterable<Uint8Array> {
  if (request.decompress !== true || !/^(x-)?gzip$/.test(encoding ?? '')) return body
  return Readable.from(body).pipe(createGunzip())
}

/** What went through, summed up; a body that ends with another checksum than it should have is refused before it gets its name. */
class Sums {
  readonly #request: FetchRequest
  readonly #hashes: Readonly<Record<'sha1' | 'sha256', Hash>> = { sha1: createHash('sha1'), sha256: createHash('sha256') }
  readonly #proof: Hash | undefined
  #size = 0
  file: TransferredFile | undefined

  constructor(request: FetchRequest) {
    this.#request = request
    this.#proof = request.checksum === undefined ? undefined : createHash(request.checksum.algorithm)
  }

  async *of(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const piece of body) {
      for (const hash of [this.#hashes.sha1, this.#hashes.sha256, this.#proof]) hash?.update(piece)
      this.#size += piece.length
      yield piece
    }
    const { sha1, sha256 } = this.#hashes
    this.file = { size: this.#size, sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }
    const [wanted, got] = [this.#request.checksum?.value.toLowerCase(), this.#proof?.digest('hex')]
    if (wanted !== undefined && got !== wanted)
      throw new RunnerError('transfer', `the checksum of ${this.#request.url} is ${got ?? ''} and not ${wanted}`)
  }
}
