import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { takeDown } from '../../lab/down.ts'
import { openLab } from '../../lab/lab.ts'
import { type ExampleRuns, keepsItsWord, runExamples } from '../_harness/example-runs.ts'
import { allExamples, placeOf } from '../_harness/examples.ts'
import { loginOf, startMachine } from './_machine/machine.ts'
import { saySkipped, whyNoMachine } from './_machine/problem.ts'

/**
 * The examples that a lab's host cannot run because of its kernel, and those of modules that are about what a machine does: its own
 * start, its disks, its kernel's parameters.
 */

const HOST = { name: 'machine', address: '10.87.4.21' }
const ABOUT_MACHINES: ReadonlySet<string> = new Set(['filesystem', 'losetup', 'lvg', 'mount', 'reboot', 'sysctl', 'wait_for_connection'])

const problem = await whyNoMachine()
saySkipped('modules on a machine', problem)
const machineTest = problem === undefined ? test : test.skip

const folder = problem === undefined ? await mkdtemp('/var/tmp/stackrun-vm-test-') : '/nonexistent'
const lab = openLab([HOST], { folder: join(folder, 'lab'), signal: AbortSignal.timeout(60 * 60_000), say: () => undefined })
const examples = (await allExamples()).filter(
  (each) => placeOf(each) === 'machine' || (placeOf(each) === 'host' && ABOUT_MACHINES.has(each.module)),
)
let done: ExampleRuns = { events: [], requests: [] }

test.before(async (t) => {
  if (problem !== undefined) return
  t.timeout(40 * 60_000)
  const started = Date.now()
  const machine = await startMachine(lab, HOST)
  const booted = Date.now()
  await cp(join(import.meta.dirname, '../lab/_files'), folder, { recursive: true })
  await writeFile(join(folder, 'hosts.yml'), JSON.stringify({ all: { hosts: { [HOST.name]: loginOf(machine) } } }))
  done = await runExamples(examples, folder)
  t.log(`boot ${seconds(started, booted)} s, examples ${seconds(booted, Date.now())} s`)
})

test.after.always(async () => {
  if (problem !== undefined) return
  await takeDown(lab, 'all')
  await rm(folder, { recursive: true, force: true })
})

for (const each of examples) machineTest(each.title, (t) => keepsItsWord(t, each, done.events))

function seconds(from: number, to: number): string {
  return ((to - from) / 1000).toFixed(1)
}
