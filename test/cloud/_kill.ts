import { isRecord } from '../../runner/base/value.ts'
import type { Finished, Running } from '../_harness/cloud.ts'

/** How far a run has come, read from the events that `--output json` prints. */
export class Progress {
  /** Tasks that ended on a host. */
  finished = 0
  changed = 0
  /** The task that each host is at. */
  readonly at = new Map<string, string>()
  readonly failures: string[] = []
  /** Hosts that the run has lost. */
  readonly unreachable = new Set<string>()
  readonly warnings: string[] = []
  readonly #watched: { readonly holds: () => boolean; readonly resolve: () => void }[] = []

  /** Resolves when it holds, after the event that made it so. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watched.push({ holds, resolve })
    })
  }

  read(line: string): void {
    const event = parseEvent(line)
    const task = isRecord(event['task']) ? event['task']['name'] : undefined
    if (event['type'] === 'warning') this.warnings.push(String(event['message']))
    if (typeof task !== 'string' || typeof event['host'] !== 'string') return
    if (event['type'] === 'host-task-start') this.at.set(event['host'], task)
    if (event['type'] === 'host-task-result') this.#count(event['host'], task, isRecord(event['result']) ? event['result'] : {})
    for (const { holds, resolve } of this.#watched) if (holds()) resolve()
  }

  #count(host: string, task: string, result: Readonly<Record<string, unknown>>): void {
    this.finished += 1
    const { status } = result
    if (status === 'unreachable') this.unreachable.add(host)
    if ((status === 'failed' || status === 'unreachable') && result['ignored'] !== true)
      this.failures.push(`${host}: ${task}: ${String(result['message']).slice(-500)}`)
    if (status === 'changed') this.changed += 1
  }

  toString(): string {
    const places = [...this.at].map(([host, task]) => `${host}: ${task}`).join('; ')
    return `${String(this.finished)} tasks done, ${String(this.changed)} of them changed; at ${places === '' ? 'no task yet' : places}`
  }
}

function parseEvent(line: string): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(line)
    return isRecord(event) ? event : {}
  } catch {
    return {}
  }
}

/** Lets the run change something (what former runs had done lies behind it then), or end by itself, and kills it so many seconds later. */
export async function killLater(running: Running, progress: Progress, seconds: number): Promise<Finished> {
  await Promise.race([progress.until(() => progress.changed > 0), running.finished])
  const timer = setTimeout(() => {
    running.kill()
  }, seconds * 1000)
  const finished = await running.finished
  clearTimeout(timer)
  return finished
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
