import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { z } from 'zod'
import { main } from '../../runner/cli/main.ts'
import { testIo } from '../cli/_io.ts'

const HOSTS = '[g]\nh1\nh2\nh3\n[g:vars]\nansible_connection=local\n'

const Event = z.looseObject({
  type: z.string(),
  host: z.string().optional(),
  delegate: z.string().optional(),
  task: z.looseObject({ name: z.string(), action: z.string(), handler: z.boolean() }).optional(),
  result: z.looseObject({ status: z.string(), ignored: z.boolean().optional(), data: z.record(z.string(), z.unknown()) }).optional(),
  hosts: z.unknown().optional(),
  message: z.string().optional(),
  data: z.unknown().optional(),
})

export type RunEventData = z.infer<typeof Event>

export interface Ran {
  readonly code: number
  readonly err: string
  readonly events: readonly RunEventData[]
  /** `ok h1 task` for each result, in the order they came. */
  readonly trace: readonly string[]
  /** `h1 text` of each debug message. */
  readonly messages: readonly string[]
  /** The counts of a host that are not 0: `ok=2 changed=1`. */
  readonly recap: Readonly<Record<string, string>>
  /** The result's data of a task, by its name, on a host. */
  data(task: string, host?: string): Readonly<Record<string, unknown>>
}

export interface RunSetup {
  readonly files?: Readonly<Record<string, string>>
  readonly argv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What a person types; without it there is no terminal. */
  readonly input?: string
  /** The folder of another run. */
  readonly cwd?: string
}

/** Runs a playbook on h1, h2 and h3, which are all this machine, and reads what the JSON report tells. */
export async function run(t: ExecutionContext, playbook: string, setup: RunSetup = {}): Promise<Ran> {
  const cwd = setup.cwd ?? folder(t)
  write(cwd, { hosts: HOSTS, 'site.yml': playbook, ...setup.files })
  const io = testIo({
    cwd,
    env: { HOME: join(cwd, 'home'), USER: 'root', ...setup.env },
    ...(setup.input === undefined ? {} : { input: setup.input, terminal: true }),
  })
  const code = await main(['site.yml', '-i', 'hosts', '-o', 'json', ...(setup.argv ?? [])], io)
  const events = io
    .out()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Event.parse(JSON.parse(line)))
  return { code, err: io.err().replaceAll(`${cwd}/`, ''), events, ...read(events) }
}

/** A folder of its own for a test, gone afterwards. */
export function folder(t: ExecutionContext): string {
  const cwd = mkdtempSync(join(tmpdir(), 'stackrun-run-'))
  t.teardown(() => {
    rmSync(cwd, { recursive: true, force: true })
  })
  return cwd
}

function write(cwd: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
}

function read(events: readonly RunEventData[]): Omit<Ran, 'code' | 'err' | 'events'> {
  const results = events.filter(({ type }) => type === 'host-task-result')
  return {
    trace: results.map(({ host, delegate, task, result }) => {
      const status = result?.ignored === true ? 'ignored' : (result?.status ?? '')
      return `${status} ${host ?? ''}${delegate === undefined ? '' : `->${delegate}`} ${task?.name ?? ''}`
    }),
    messages: events
      .filter(({ type, task }) => (type === 'host-task-result' || type === 'item-result') && task?.action === 'debug')
      .flatMap(({ host, result }) => {
        const msg = result?.data['msg']
        return msg === undefined || result?.status === 'skipped'
          ? []
          : [`${host ?? ''} ${typeof msg === 'string' ? msg : JSON.stringify(msg)}`]
      }),
    recap: recapOf(events),
    data(task, host = 'h1') {
      const found = results.find((event) => event.task?.name === task && event.host === host)
      if (found?.result === undefined) throw new Error(`${task} has no result on ${host}`)
      return found.result.data
    },
  }
}

const Tallies = z.record(z.string(), z.record(z.string(), z.number()))

function recapOf(events: readonly RunEventData[]): Readonly<Record<string, string>> {
  const end = events.find(({ type }) => type === 'run-end')
  if (end === undefined) return {}
  return Object.fromEntries(
    Object.entries(Tallies.parse(end.hosts)).map(([host, counts]) => [
      host,
      Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([name, count]) => `${name}=${String(count)}`)
        .join(' '),
    ]),
  )
}
