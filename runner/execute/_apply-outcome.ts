import { StringDecoder } from 'node:string_decoder'
import type { FrameListener } from '../host/frames.ts'
import type { Action, Outcome } from '../module/change.ts'
import type { Part } from './_apply-script.ts'
import type { ApplyTarget } from './apply.ts'

type StreamName = 'stdout' | 'stderr'

/** Bytes kept of each stream of an action. */
const KEPT = 16 * 1024 * 1024

interface Running {
  readonly start: number
  readonly stdout: Kept
  readonly stderr: Kept
}

/** Builds an outcome for each part from the frames as they come in, and passes their output on live. */
export class OutcomeReader implements FrameListener {
  readonly #parts: readonly Part[]
  readonly #onOutput: ApplyTarget['onOutput']
  readonly #running = new Map<number, Running>()
  readonly #outcomes = new Map<number, Outcome>()
  /** A program left processes behind that may still write to the session's streams. */
  leftovers = false

  constructor(parts: readonly Part[], onOutput: ApplyTarget['onOutput']) {
    this.#parts = parts
    this.#onOutput = onOutput
  }

  begin(id: number): void {
    if (!this.#running.has(id)) this.#running.set(id, { start: Date.now(), stdout: new Kept(), stderr: new Kept() })
  }

  data(id: number, stream: StreamName, chunk: Buffer): void {
    if (id === this.#parts.length) this.leftovers = true
    const text = this.#running.get(id)?.[stream].add(chunk)
    if (this.#parts[id]?.action.do === 'run' && text !== undefined && text !== '') this.#onOutput?.(stream, text)
  }

  end(id: number, rc: number): void {
    const part = this.#parts[id]
    const running = this.#running.get(id)
    if (part === undefined || running === undefined) return
    this.#outcomes.set(id, outcomeOf(part, running, { rc, ok: isOk(part.action, rc), timedOut: false }))
  }

  /** The outcomes in order; an action that was killed has begun but not ended. */
  finish(how: 'complete' | 'timed-out'): { readonly outcomes: readonly Outcome[] } {
    const outcomes = [...this.#outcomes.entries()].sort(([a], [b]) => a - b).map(([, outcome]) => outcome)
    if (how === 'complete') return { outcomes }
    const id = outcomes.length
    const part = this.#parts[id]
    const running = this.#running.get(id)
    if (part === undefined || running === undefined) return { outcomes }
    return { outcomes: [...outcomes, outcomeOf(part, running, { rc: 124, ok: false, timedOut: true })] }
  }
}

export function isOk(action: Action, rc: number): boolean {
  if (action.do !== 'run' || action.okCodes === undefined) return rc === 0
  return action.okCodes === 'any' || action.okCodes.includes(rc)
}

function outcomeOf(part: Part, running: Running, verdict: Pick<Outcome, 'rc' | 'ok' | 'timedOut'>): Outcome {
  return {
    id: part.action.id,
    ...verdict,
    stdout: running.stdout.text(),
    stderr: running.stderr.text(),
    start: running.start,
    end: Date.now(),
  }
}

/** One stream of one action: the first bytes of it, and text that is not cut inside a character for those who look on. */
class Kept {
  readonly #decoder = new StringDecoder('utf8')
  readonly #chunks: Buffer[] = []
  #size = 0
  #cut = false

  add(chunk: Buffer): string {
    const room = KEPT - this.#size
    if (chunk.length > room) this.#cut = true
    if (room > 0) this.#chunks.push(chunk.subarray(0, room))
    this.#size += Math.min(room, chunk.length)
    return this.#decoder.write(chunk)
  }

  text(): string {
    const text = Buffer.concat(this.#chunks).toString('utf8')
    return this.#cut ? `${text}\n[cut after ${String(KEPT)} bytes]\n` : text
  }
}
