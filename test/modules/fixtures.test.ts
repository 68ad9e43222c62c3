import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { parse } from 'yaml'
import { z } from 'zod'
import { createPredictedHost } from '../../runner/host/predicted.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { ProbeUnavailable, UnknownState } from '../../runner/host/probe.ts'
import type { Change } from '../../runner/module/change.ts'
import { Failure } from '../../runner/module/change.ts'
import type { Module } from '../../runner/module/define.ts'
import { FIXTURE, fixtureHost } from '../_harness/fixture-host.ts'
import { moduleContext, parseArgs, planWith } from '../_harness/module.ts'

/** One scenario: arguments and a host as data, and what the module decides. */
const SCENARIO = z.strictObject({
  args: z.record(z.string(), z.unknown()).default({}),
  host: FIXTURE.default(FIXTURE.parse({})),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** The `what` of each change, in order; none where everything is in order. */
  changes: z.array(z.string()).optional(),
  effects: z.array(z.looseObject({ kind: z.string(), key: z.string() })).optional(),
  /** Part of the failure's message, of a wrong argument's, or of the reason for an unknown. */
  failure: z.string().optional(),
  unknown: z.string().optional(),
  /** What check mode foresees for the task after itself; nothing, where the changes tell all of their effects. */
  again: z.union([z.array(z.string()), z.string()]).default([]),
})

type Scenario = z.output<typeof SCENARIO>

const here = dirname(fileURLToPath(import.meta.url))

for (const file of scenarioFiles()) {
  const name = basename(dirname(file))
  test(`${name}: ${basename(file, '.yml').replaceAll('-', ' ')}`, async (t) => {
    const scenario = SCENARIO.parse(parse(readFileSync(file, 'utf8')))
    const module = await loadModule(name)
    const decided = await decide(module, scenario)
    if (scenario.failure !== undefined) {
      t.true(decided instanceof Error || decided instanceof Failure, `no failure, but ${JSON.stringify(decided)}`)
      if (decided instanceof Error || decided instanceof Failure) t.true(decided.message.includes(scenario.failure), decided.message)
      return
    }
    if (scenario.unknown !== undefined) {
      t.true(decided instanceof UnknownState && decided.reason.includes(scenario.unknown), JSON.stringify(decided))
      return
    }
    if (decided instanceof Error) throw decided
    if (decided instanceof Failure) {
      t.fail(decided.message)
      return
    }
    t.deepEqual(
      decided.changes.map((change) => change.what),
      scenario.changes ?? [],
    )
    const effects = decided.changes.flatMap((change) => change.effects ?? [])
    if (scenario.effects !== undefined) t.like(JSON.parse(JSON.stringify(effects)), scenario.effects)
    t.deepEqual(await foreseenAgain(module, scenario, decided.changes), scenario.again)
  })
}

/** What check mode says of the same task once more, on the host that the changes are foreseen to leave. */
async function foreseenAgain(module: Module, scenario: Scenario, changes: readonly Change[]): Promise<readonly string[] | string> {
  const prediction = new Prediction()
  for (const { effects } of changes) prediction.apply(effects ?? [])
  const decided = await decide(module, scenario, createPredictedHost(fixtureHost(scenario.host), prediction))
  if (decided instanceof UnknownState) return `unknown: ${decided.reason}`
  if (decided instanceof Failure || decided instanceof Error) return decided.message
  return decided.changes.filter(({ certainty }) => certainty !== 'observe').map(({ what }) => what)
}

async function decide(
  module: Module,
  scenario: Scenario,
  host = fixtureHost(scenario.host),
): Promise<Awaited<ReturnType<typeof planWith>> | Error> {
  let args: unknown
  try {
    args = parseArgs(module, scenario.args)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  try {
    return await planWith(host, module, {
      args,
      context: moduleContext({ facts: scenario.facts, now: 0, cwd: here }),
    })
  } catch (error) {
    if (error instanceof ProbeUnavailable) return error
    throw error
  }
}

async function loadModule(name: string): Promise<Module> {
  const loaded: unknown = await import(`../../modules/${name}.ts`)
  if (typeof loaded === 'object' && loaded !== null && 'default' in loaded && isModule(loaded.default)) return loaded.default
  throw new Error(`modules/${name}.ts exports no module`)
}

function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && 'check' in value && 'plan' in value && 'args' in value
}

function scenarioFiles(): readonly string[] {
  const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.flatMap((folder) =>
    readdirSync(join(here, folder.name))
      .filter((file) => file.endsWith('.yml'))
      .map((file) => join(here, folder.name, file)),
  )
}
