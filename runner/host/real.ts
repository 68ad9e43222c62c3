import { createHash } from 'node:crypto'
import { Batch } from './_batch.ts'
import { Gather } from './_gather.ts'
import type {
  FileState,
  FileWant,
  HttpRequest,
  HttpResponse,
  PackageState,
  PackageWant,
  QueryAnswer,
  QueryOptions,
  ReadOnlyHost,
  ServiceState,
} from './host.ts'
import { type Probe, ProbeUnavailable, Unavailable } from './probe.ts'
import { contentProbe, sha256Probe, statProbe } from './probes/file.ts'
import { candidateProbe, packageProbe } from './probes/package.ts'
import { queryProbe, whichProbe } from './probes/query.ts'
import { serviceProbe } from './probes/service.ts'
import { groupProbe, userProbe } from './probes/user.ts'
import type { Connection, Session } from './session.ts'

export interface RealHostOptions {
  /** The inventory name. */
  readonly name: string
  readonly session: () => Promise<Session>
  readonly connection: () => Promise<Connection>
  readonly signal: AbortSignal
  /** The task's `environment:`, for programs that `query` runs. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** A host as it is. Everything asked in one tick is one round trip; paths, packages and services are one program each. */
export function createRealHost(options: RealHostOptions): ReadOnlyHost {
  return new RealHost(options)
}

class RealHost implements ReadOnlyHost {
  readonly predicted = false
  readonly name: string
  readonly #options: RealHostOptions
  readonly #batch: Batch
  readonly #stats: Readonly<Record<'follow' | 'nofollow', Gather<FileState | Unavailable>>>
  readonly #sums: Gather<string | Unavailable>
  readonly #packages: Gather<PackageState>
  readonly #candidates: Gather<string>
  readonly #services: Gather<ServiceState>

  constructor(options: RealHostOptions) {
    this.name = options.name
    this.#options = options
    const batch = new Batch(options)
    this.#batch = batch
    this.#stats = {
      follow: new Gather(batch, (paths) => statProbe(paths, 'follow')),
      nofollow: new Gather(batch, (paths) => statProbe(paths, 'nofollow')),
    }
    this.#sums = new Gather(batch, sha256Probe)
    this.#packages = new Gather(batch, packageProbe)
    this.#candidates = new Gather(batch, candidateProbe)
    this.#services = new Gather(batch, serviceProbe)
  }

  async probe<T>(probe: Probe<T>): Promise<T> {
    return available(probe.parse(await this.#batch.ask(probe)))
  }

  async file(path: string, want: FileWant = {}): Promise<FileState> {
    const [state, content, sum] = await Promise.all([
      this.#stats[want.follow === true ? 'follow' : 'nofollow'].ask(path),
      want.content === undefined ? undefined : this.#content(path, want.content),
      want.sha256 === true && want.content === undefined ? this.#sums.ask(path) : undefined,
    ])
    const stat = available(told(state, path))
    if (stat.type !== 'file') return stat
    const bytes = content === undefined ? undefined : available(content)
    return { ...stat, ...(bytes === undefined ? {} : { content: bytes }), ...(await this.#checksum(path, want, { bytes, sum })) }
  }

  async package(name: string, want: PackageWant = {}): Promise<PackageState> {
    const asked = want.candidate === true ? this.#candidates.ask(name) : undefined
    const [state, candidate] = await Promise.all([this.#packages.ask(name), asked])
    return { ...told(state, name), ...(candidate === undefined ? {} : { candidate }) }
  }

  async service(name: string): Promise<ServiceState> {
    return told(await this.#services.ask(name), name)
  }

  user(name: string): ReturnType<ReadOnlyHost['user']> {
    return this.probe(userProbe(name))
  }

  group(name: string): ReturnType<ReadOnlyHost['group']> {
    return this.probe(groupProbe(name))
  }

  which(program: string): Promise<string | undefined> {
    return this.probe(whichProbe(program))
  }

  async query(argv: readonly string[], options: QueryOptions = {}): Promise<QueryAnswer> {
    const probe = queryProbe(argv, { ...options, env: { ...this.#options.env, ...options.env } })
    return available(probe.parse(await this.#batch.ask(probe, options)))
  }

  async http(request: HttpRequest): Promise<HttpResponse> {
    const { httpOver } = await import('./http.ts')
    return httpOver(await this.#options.connection(), request, this.#options.signal)
  }

  async #content(path: string, bound: number): Promise<Buffer | undefined | Unavailable> {
    const probe = contentProbe(path, bound)
    return probe.parse(await this.#batch.ask(probe))
  }

  /** Of bytes that were read anyway the sum is made here; only a file past the content bound costs a second question. */
  async #checksum(
    path: string,
    want: FileWant,
    known: { bytes: Buffer | undefined; sum: string | undefined | Unavailable },
  ): Promise<{ sha256?: string }> {
    if (want.sha256 !== true) return {}
    if (known.bytes !== undefined) return { sha256: createHash('sha256').update(known.bytes).digest('hex') }
    const sum = want.content === undefined ? known.sum : await this.#sums.ask(path)
    return sum === undefined ? {} : { sha256: available(sum) }
  }
}

function available<T>(state: T | Unavailable): T {
  if (state instanceof Unavailable) throw new ProbeUnavailable(state)
  return state
}

function told<V>(value: V | undefined, key: string): V {
  if (value === undefined) throw new ProbeUnavailable(new Unavailable(`the host did not tell about ${key}`))
  return value
}
