import { RunnerError } from '../base/error.ts'
import { Frames } from './frames.ts'
import type { Probe, ProbeAnswer } from './probe.ts'
import type { Session, SessionAnswer } from './session.ts'

/** What is asked, and the name it has in errors: a script may hold a password, so that it is in none of them. */
type Asked = Pick<Probe<unknown>, 'kind' | 'key' | 'script'>

interface Question {
  readonly asked: Asked
  readonly resolve: (answer: ProbeAnswer) => void
  readonly reject: (error: unknown) => void
}

export interface BatchOptions {
  readonly session: () => Promise<Session>
  readonly signal: AbortSignal
}

export interface Bound {
  /** Milliseconds. */
  readonly timeout?: number | undefined
}

/**
 * Collects the questions of one turn of the event loop and asks them in one request, in the order asked; equal questions are
 * asked once. A whole turn, not a microtask: questions that only waited for settled promises still travel together.
 */
export class Batch {
  readonly #options: BatchOptions
  #questions: Question[] = []
  #answers = new Map<string, Promise<ProbeAnswer>>()
  #composers: (() => void)[] = []
  #timeouts: (number | undefined)[] = []
  #scheduled = false

  constructor(options: BatchOptions) {
    this.#options = options
  }

  ask(asked: Asked, bound: Bound = {}): Promise<ProbeAnswer> {
    this.#schedule()
    const known = this.#answers.get(asked.script)
    if (known !== undefined) return known
    this.#timeouts.push(bound.timeout)
    const answer = new Promise<ProbeAnswer>((resolve, reject) => {
      this.#questions.push({ asked, resolve, reject })
    })
    this.#answers.set(asked.script, answer)
    return answer
  }

  /** Runs when the tick's questions are complete, just before they go out; it may still `ask`. */
  beforeSending(compose: () => void): void {
    this.#schedule()
    this.#composers.push(compose)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      for (const compose of this.#composers) compose()
      void this.#send(this.#questions, boundOf(this.#timeouts))
      this.#questions = []
      this.#answers = new Map()
      this.#composers = []
      this.#timeouts = []
      this.#scheduled = false
    })
  }

  async #send(questions: readonly Question[], timeout: number | undefined): Promise<void> {
    const frames = new Frames()
    const script = [frames.opening, ...questions.map((question, id) => frames.wrap(id, contained(question.asked.script)))].join('\n')
    try {
      const session = await this.#options.session()
      const answer = await session.request({ script, timeout, signal: this.#options.signal })
      this.#options.signal.throwIfAborted()
      deliver(frames, questions, answer)
    } catch (error) {
      for (const question of questions) question.reject(error)
    }
  }
}

/** What questions without a bound of their own may take beside those that have one. */
const ALLOWANCE = 30_000

function boundOf(timeouts: readonly (number | undefined)[]): number | undefined {
  const bounds = timeouts.filter((timeout) => timeout !== undefined)
  if (bounds.length === 0) return undefined
  const others = bounds.length === timeouts.length ? 0 : ALLOWANCE
  return bounds.reduce((sum, bound) => sum + bound, others)
}

/**
 * A question that says `exit` would end the standing shell, and with it the questions behind it; one that says `cd` would move it.
 * Those that may are asked in a subshell of their own; the others are spared its fork.
 */
function contained(script: string): string {
  return MAY_END_OR_MOVE.test(script.replaceAll(EXIT_CODE, '')) ? `( ${script}\n)` : script
}

const MAY_END_OR_MOVE = /\b(exit|exec|return|cd|trap)\b/

/** How a question gives an exit code of its own; a subshell already. */
const EXIT_CODE = /\(exit \S+\)/g

/** Hands each question its own part of the answer; what never came is an error of that question alone. */
function deliver(frames: Frames, questions: readonly Question[], answer: SessionAnswer): void {
  const parts = questions.map(() => ({ stdout: new Array<Buffer>(), stderr: new Array<Buffer>() }))
  const read = frames.read({
    data: (id, stream, chunk) => {
      parts[id]?.[stream].push(chunk)
    },
    end: (id, rc) => {
      const part = parts[id]
      if (part !== undefined) questions[id]?.resolve(answerOf(rc, Buffer.concat(part.stdout), Buffer.concat(part.stderr)))
    },
  })
  read('stdout', answer.stdout)
  read('stderr', answer.stderr)
  for (const question of questions) question.reject(unanswered(question, answer))
}

function answerOf(rc: number, stdout: Buffer, stderr: Buffer): ProbeAnswer {
  let text: string | undefined
  return {
    rc,
    stdout,
    stderr: stderr.toString('utf8'),
    get text() {
      text ??= stdout.toString('utf8')
      return text
    },
  }
}

function unanswered({ asked }: Question, answer: SessionAnswer): RunnerError {
  const trace = [`asked about ${asked.kind} ${asked.key}`]
  if (answer.timedOut) return new RunnerError('limit', 'the host did not answer a question in time', { trace })
  if (answer.truncated) return new RunnerError('limit', 'the answer to a question is too large', { trace })
  return new RunnerError('bug', `a question to the host got no answer: ${answer.stderr.toString('utf8').trim()}`, { trace })
}
