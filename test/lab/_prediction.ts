import { z } from 'zod'

/** What check mode foretold of each host-task beside what the real run then did. */
export interface Comparison {
  readonly predicted: number
  readonly changed: number
  /** Foretold `changed` and was not, or foretold `ok` and changed. */
  readonly wrong: readonly string[]
  /** Not foretold either way, with the reason. */
  readonly unknown: readonly string[]
  readonly hostTasks: number
}

const EVENT = z.looseObject({ type: z.string() })
const RESULT = z.looseObject({
  task: z.looseObject({ name: z.string(), source: z.string() }),
  host: z.string(),
  result: z.looseObject({ status: z.string(), message: z.string().optional() }),
})

interface Answer {
  readonly status: string
  readonly message: string
}

/** Compares two runs of one playbook, given as the output of `--output json`: the first with `--check`, the second without. */
export function comparePrediction(check: string, real: string): Comparison {
  const foretold = answersOf(check)
  const happened = answersOf(real)
  const rows = [...foretold].map(([key, { status, message }]) => ({ key, status, message, then: happened.get(key)?.status ?? 'not run' }))
  return {
    predicted: rows.filter(({ status }) => status === 'changed').length,
    changed: [...happened.values()].filter(({ status }) => status === 'changed').length,
    wrong: rows.flatMap(({ key, status, then }) =>
      (status === 'changed') !== (then === 'changed') && status !== 'unknown' ? [`${key}: foretold ${status}, was ${then}`] : [],
    ),
    unknown: rows.flatMap(({ key, status, message, then }) => (status === 'unknown' ? [`${key} (was ${then}): ${message}`] : [])),
    hostTasks: rows.length,
  }
}

/** A task is known by its place and name; one that runs several times on a host, by its turn. */
function answersOf(output: string): ReadonlyMap<string, Answer> {
  const answers = new Map<string, Answer>()
  const turns = new Map<string, number>()
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue
    const event: unknown = JSON.parse(line)
    if (EVENT.parse(event).type !== 'host-task-result') continue
    const { task, host, result } = RESULT.parse(event)
    const name = `${task.source} ${task.name} on ${host}`
    const turn = (turns.get(name) ?? 0) + 1
    turns.set(name, turn)
    answers.set(`${name}${turn === 1 ? '' : ` (${String(turn)})`}`, { status: result.status, message: result.message ?? '' })
  }
  return answers
}
