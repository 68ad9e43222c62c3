import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Value } from '../../runner/base/value.ts'
import { applyChanges } from '../../runner/execute/apply.ts'
import { readArchive } from '../../runner/execute/archive/index.ts'
import { wasNone } from '../../runner/execute/module-result.ts'
import type { ReadOnlyHost } from '../../runner/host/host.ts'
import { createPredictedHost } from '../../runner/host/predicted.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { UnknownState } from '../../runner/host/probe.ts'
import { type Change, Failure, type Outcome } from '../../runner/module/change.ts'
import type { LocalFiles, Module, ModuleContext } from '../../runner/module/define.ts'
import { type LocalMachine, type ShellName, withLocalMachine } from './local.ts'

export interface RunOptions {
  /** Predict instead of apply. */
  readonly check?: boolean
  /** Where relative names of `local.find` start. */
  readonly cwd?: string
  readonly local?: Partial<LocalFiles>
  readonly shell?: ShellName
  readonly env?: Readonly<Record<string, string>>
  readonly facts?: Readonly<Record<string, Value>>
  /** Of earlier runs, for tasks in check mode that follow each other. */
  readonly prediction?: Prediction
  readonly now?: number
  readonly inventoryName?: string
  readonly diff?: boolean
}

export interface ModuleRun {
  readonly status: 'ok' | 'changed' | 'failed' | 'unknown'
  readonly changes: readonly Change[]
  readonly outcomes: readonly Outcome[]
  /** What `register` would hold. */
  readonly data: Readonly<Record<string, unknown>>
  readonly failure: string | undefined
  readonly warnings: readonly string[]
  readonly roundTrips: number
  readonly prediction: Prediction
}

/** Runs a module against this machine as the engine does: check, plan, apply or predict, result. */
export function runModule<A, S>(
  module: Module<A, S>,
  args: Readonly<Record<string, unknown>>,
  options: RunOptions = {},
): Promise<ModuleRun> {
  return withLocalMachine(
    options.shell ?? 'dash',
    async (machine) => {
      const before = machine.session.roundTrips
      const run = await runOn(machine, module, { args: parseArgs(module, args), options })
      return { ...run, roundTrips: machine.session.roundTrips - before }
    },
    options.env,
  )
}

/** The law of idempotence: what the first run changes, the second finds in order. */
export async function runTwice<A, S>(
  module: Module<A, S>,
  args: Readonly<Record<string, unknown>>,
  options: RunOptions = {},
): Promise<{ first: ModuleRun; second: ModuleRun }> {
  const first = await runModule(module, args, options)
  return { first, second: await runModule(module, args, options) }
}

/** Typed arguments from what a user would write, aliases included; an Error that names what is wrong. */
export function parseArgs<A, S>(module: Module<A, S>, args: Readonly<Record<string, unknown>>): A {
  const named = Object.entries(args).map(([name, value]) => [module.aliases?.[name] ?? name, value] as const)
  const parsed = module.args.safeParse(Object.fromEntries(named))
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return parsed.data
}

interface Asked<A> {
  readonly args: A
  readonly options: RunOptions
}

async function runOn<A, S>(machine: LocalMachine, module: Module<A, S>, asked: Asked<A>): Promise<Omit<ModuleRun, 'roundTrips'>> {
  const { args, options } = asked
  const prediction = options.prediction ?? new Prediction()
  const warnings: string[] = []
  const base = { prediction, warnings, changes: [], outcomes: [], data: {}, failure: undefined }
  const host = options.check === true ? createPredictedHost(machine.host, prediction) : machine.host
  const planned = await planWith(host, module, { args, context: moduleContext(options, warnings) })
  if (planned instanceof UnknownState) return { ...base, status: 'unknown', failure: planned.reason }
  if (planned instanceof Failure) return { ...base, status: 'failed', failure: planned.message, data: planned.data }
  const { state, changes } = planned
  if (options.check === true) return { ...base, ...predict(changes, prediction), changes }
  const applied = await applyChanges(changes, applyTarget(machine, options))
  const result = module.result?.(state, args, applied.outcomes) ?? {}
  const { outcomes } = applied
  if (applied.failed !== undefined)
    return {
      ...base,
      changes,
      outcomes,
      status: 'failed',
      failure: applied.failed.message,
      data: result instanceof Failure ? result.data : result,
    }
  if (result instanceof Failure) return { ...base, changes, outcomes, status: 'failed', failure: result.message, data: result.data }
  return { ...base, changes, outcomes, status: isChanged(changes, outcomes) ? 'changed' : 'ok', data: result }
}

function isChanged(changes: readonly Change[], outcomes: readonly Outcome[]): boolean {
  return changes.some((change) => change.certainty !== 'observe' && !wasNone(change, outcomes))
}

/** Check and plan alone: the part of a module that fixtures can test. */
export async function planWith<A, S>(
  host: ReadOnlyHost,
  module: Module<A, S>,
  asked: { readonly args: A; readonly context: ModuleContext },
): Promise<{ readonly state: S; readonly changes: readonly Change[] } | Failure | UnknownState> {
  try {
    const state = await module.check(host, asked.args, asked.context)
    if (state instanceof Failure) return state
    const changes = module.plan(state, asked.args)
    return changes instanceof Failure ? changes : { state, changes }
  } catch (error) {
    if (error instanceof UnknownState) return error
    throw error
  }
}

function predict(changes: readonly Change[], prediction: Prediction): Pick<ModuleRun, 'status' | 'failure'> {
  for (const change of changes) {
    prediction.apply(change.effects ?? [])
  }
  if (changes.some((change) => (change.certainty ?? 'change') === 'change')) return { status: 'changed', failure: undefined }
  const doubt = changes.find((change) => change.certainty === 'maybe')
  return doubt === undefined ? { status: 'ok', failure: undefined } : { status: 'unknown', failure: doubt.why ?? doubt.what }
}

function applyTarget(machine: LocalMachine, options: RunOptions): Parameters<typeof applyChanges>[1] {
  return {
    session: machine.session,
    connection: () => Promise.resolve(machine.connection),
    httpOver: async (connection, request, signal, take) => {
      const { httpOver } = await import('../../runner/host/http.ts')
      return httpOver(connection, request, signal, take)
    },
    signal: new AbortController().signal,
    env: options.env ?? {},
  }
}

/** What `check` may use of the controller, with files found from `cwd`. */
export function moduleContext(options: RunOptions = {}, warnings: string[] = []): ModuleContext {
  return {
    inventoryName: options.inventoryName ?? 'local',
    connection: 'ssh',
    facts: options.facts ?? {},
    diff: options.diff ?? true,
    local: { ...filesFrom(options.cwd ?? process.cwd()), ...options.local },
    now: options.now ?? Date.now(),
    signal: new AbortController().signal,
    env: options.env ?? {},
    warn: (message) => {
      warnings.push(message)
    },
  }
}

function filesFrom(cwd: string): LocalFiles {
  return {
    find: (_kind, name) => Promise.resolve(resolve(cwd, name)),
    read: (path) => readFile(path),
    opened: () => Promise.resolve(undefined),
    async stat(path) {
      const found = await stat(path)
      return { type: found.isDirectory() ? 'directory' : 'file', size: found.size, mode: found.mode & 0o7777, mtime: found.mtimeMs / 1000 }
    },
    walk,
    sha256: (path) => digest(path, 'sha256'),
    digest,
    archive: readArchive,
    place: (path) => resolve(cwd, path),
    render: async (path) => ({ text: await readFile(path, 'utf8'), secret: false }),
  }
}

async function digest(path: string, algorithm: string): Promise<string> {
  return createHash(algorithm)
    .update(await readFile(path))
    .digest('hex')
}

async function walk(root: string): ReturnType<LocalFiles['walk']> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = resolve(entry.parentPath, entry.name)
      const mode = (await stat(path)).mode & 0o7777
      return {
        path: path.slice(resolve(root).length + 1),
        type: entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'file',
        mode,
      } as const
    }),
  )
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}
