import { posix } from 'node:path'
import { predictedFile } from './_predicted-file.ts'
import { predictedGroup, predictedPackage, predictedService, predictedUser } from './_predicted-state.ts'
import type {
  FileState,
  FileWant,
  GroupState,
  HttpRequest,
  HttpResponse,
  PackageState,
  PackageWant,
  QueryAnswer,
  QueryOptions,
  ReadOnlyHost,
  ServiceState,
  UserState,
} from './host.ts'
import type { Prediction } from './prediction.ts'
import { type Probe, ProbeUnavailable, UnknownState } from './probe.ts'

/** The host as simulated changes leave it: the prediction answers first, the real host for the rest. */
export function createPredictedHost(real: ReadOnlyHost, prediction: Prediction): ReadOnlyHost {
  return new PredictedHost(real, prediction)
}

class PredictedHost implements ReadOnlyHost {
  readonly predicted = true
  readonly name: string
  readonly #real: ReadOnlyHost
  readonly #prediction: Prediction

  constructor(real: ReadOnlyHost, prediction: Prediction) {
    this.name = real.name
    this.#real = real
    this.#prediction = prediction
  }

  async probe<T>(probe: Probe<T>): Promise<T> {
    const belief = this.#prediction.belief(probe.kind, probe.key, probe.scope)
    if (belief?.kind === 'unknown') throw new UnknownState(belief.reason)
    if (belief !== undefined && isStateOf(probe, belief.state)) return belief.state
    try {
      return await this.#real.probe(probe)
    } catch (error) {
      const awaited = this.#prediction.awaited
      if (!(error instanceof ProbeUnavailable) || awaited === undefined) throw error
      if (probe.fresh !== undefined) return probe.fresh()
      throw new UnknownState(`${error.reason}; that may change with ${awaited}`)
    }
  }

  file(path: string, want: FileWant = {}): Promise<FileState> {
    return predictedFile(path, want, { real: this.#real, prediction: this.#prediction })
  }

  async package(name: string, want?: PackageWant): Promise<PackageState> {
    return predictedPackage(name, await this.#real.package(name, want), this.#prediction)
  }

  async service(name: string): Promise<ServiceState> {
    return predictedService(name, await this.#real.service(name), this.#prediction)
  }

  async user(name: string): Promise<UserState> {
    return predictedUser(name, await this.#real.user(name), this.#prediction)
  }

  async group(name: string): Promise<GroupState> {
    return predictedGroup(name, await this.#real.group(name), this.#prediction)
  }

  async which(program: string): Promise<string | undefined> {
    const found = (await this.#real.which(program)) ?? this.#predictedProgram(program)
    const { newcomers } = this.#prediction
    if (found !== undefined || newcomers === undefined) return found
    throw new UnknownState(`${program} may come with ${newcomers}`)
  }

  /** A program that is there is asked; its answer is the real host's, unless it failed where what it needs is still to come. */
  async query(argv: readonly string[], options: QueryOptions = {}): Promise<QueryAnswer> {
    const { awaited } = this.#prediction
    if (awaited === undefined) return this.#real.query(argv, options)
    const program = argv[0] ?? ''
    const [answer, found] = await Promise.all([this.#real.query(argv, options), this.#real.which(program)])
    if (found !== undefined && (answer.rc === 0 || options.fresh === undefined)) return answer
    if (options.fresh !== undefined) return options.fresh
    throw new UnknownState(`${program} may come with ${awaited}`)
  }

  async http(request: HttpRequest): Promise<HttpResponse> {
    const answer = await this.#real.http(request)
    const { awaited } = this.#prediction
    if (answer.status !== 0 || awaited === undefined) return answer
    throw new UnknownState(`${request.url} does not answer yet (${answer.error ?? 'no answer'}); that may change with ${awaited}`)
  }

  #predictedProgram(program: string): string | undefined {
    for (const path of this.#prediction.files.paths()) {
      if (posix.basename(path) === program && /^(\/usr)?(\/local)?\/s?bin$/.test(posix.dirname(path))) return path
    }
    return undefined
  }
}

/** An effect's state has the type that the probe of its kind and key gives: the module that makes both vouches for it. */
function isStateOf<T>(_probe: Probe<T>, state: unknown): state is T {
  return state !== undefined
}
