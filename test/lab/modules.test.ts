import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { takeDown } from '../../lab/down.ts'
import { type LabHost, openLab } from '../../lab/lab.ts'
import { requireMachine } from '../../lab/requirements.ts'
import { bringUp } from '../../lab/up.ts'
import { messageOf } from '../../runner/base/error.ts'
import type { RunEvent } from '../../runner/base/event.ts'
import type { TaskResult } from '../../runner/base/result.ts'
import { allExamples, exampleRun, examplesPlaybook, type ModuleExample, type PlaybookKind } from '../_harness/examples.ts'
import { runPlaybook, type TaskRequests } from '../_harness/playbook.ts'
import { ELSEWHERE, UNPROVED } from './_elsewhere.ts'

/**
 * Every example of every module on a host that has nothing but the lab's Debian. How an example is written to be run here is told in
 * `Example` (runner/module/define.ts); files of the controller that it names are in `_files`.
 */

const ROOT = join(import.meta.dirname, '../..')
const HOST: LabHost = { name: 'bare', address: '10.79.4.21' }

const problem = await requireMachine().then(() => undefined, messageOf)
if (problem !== undefined) process.stderr.write(`\n*** THE MODULES' TESTS ARE SKIPPED: ${problem} ***\n\n`)
const labTest = problem === undefined ? test : test.skip

const folder = problem === undefined ? await mkdtemp('/var/tmp/stackrun-modules-test-') : '/nonexistent'
const lab = openLab([HOST], { folder: join(folder, 'lab'), signal: AbortSignal.timeout(15 * 60_000), say: () => undefined })
const examples = await allExamples()
const runnable = examples.filter(({ example }) => example.lab !== undefined && example.lab !== false)
const events: RunEvent[] = []
const requests: TaskRequests[] = []

test.before(async () => {
  if (problem !== undefined) return
  await bringUp(lab, [HOST])
  await cp(join(import.meta.dirname, '_files'), folder, { recursive: true })
  await writeFile(join(folder, 'hosts.yml'), JSON.stringify(inventory()))
  for (const module of new Set(runnable.map((each) => each.module))) {
    await runExamples(module, 'foreseen', '--check')
    await runExamples(module, 'real')
  }
})

test.after.always(async () => {
  if (problem !== undefined) return
  await takeDown(lab, 'all')
  await rm(folder, { recursive: true, force: true })
})

for (const each of runnable) labTest(each.title, (t) => keepsItsWord(t, each))

test('every module has an example that runs here, or a role uses it that another test deploys', async (t) => {
  const here = new Set(runnable.map(({ module }) => module))
  const missing = [...new Set(examples.map(({ module }) => module))].filter((module) => !here.has(module))
  const used = await keysOfRoles()
  const unused = missing.filter((module) => !used.has(module))
  t.log(`no role uses these yet: ${unused.join(', ')}`)
  t.deepEqual(
    missing.filter((module) => !Object.keys(ELSEWHERE).some((start) => module.startsWith(start))),
    [],
  )
  t.deepEqual(
    unused.filter((module) => !UNPROVED.has(module)),
    [],
  )
})

labTest('an example that finds nothing to change is one request at most', (t) => {
  const done = new Set(runnable.flatMap((each) => (exampleRun(each, events).results.get('run again')?.status === 'ok' ? [each.title] : [])))
  const again = requests.filter(({ name }) => done.has(name.replace(/ \(run again\)$/, '')))
  t.deepEqual(
    again.filter(({ name, count }) => count > 1 && !Object.keys(MORE_REQUESTS).some((title) => name.startsWith(title))),
    [],
  )
})

/** Examples that ask the host more than once although nothing changes, and why. */
const MORE_REQUESTS: Readonly<Record<string, string>> = {
  'get_url: By the list of checksums beside it': 'the server says what the file in the folder is called, then the host is asked about it',
  'systemd: Only read the unit files again': 'that is done each time and is no change, as in Ansible',
}

labTest('only modules that say so leave check mode without an answer', (t) => {
  const unknown = runnable.flatMap((each) =>
    [...exampleRun(each, events).results].flatMap(([phase, { status, message = '' }]) =>
      status === 'unknown' ? [{ each, phase, message }] : [],
    ),
  )
  const reasons = unknown.map(({ each, phase, message }) => `${each.title} (${phase}): ${message}`)
  t.log(`${String(unknown.length)} of ${String(4 * runnable.length)} predictions were unknown:\n${reasons.join('\n')}`)
  t.deepEqual(
    unknown.filter(({ each, message }) => each.checkMode !== 'none' || message === ''),
    [],
  )
})

/** The example does what it says, and each prediction came true. */
function keepsItsWord(t: ExecutionContext, each: ModuleExample): void {
  const { lab: word } = each.example
  if (word === undefined || word === false) return
  const { results, failure } = exampleRun(each, events)
  t.is(failure, undefined)
  t.is(results.get('run')?.status, word.first)
  t.is(results.get('run again')?.status, word.second ?? 'ok', results.get('run again')?.changes.join('; '))
  for (const [check, simulation, reality] of [
    ['check', 'foreseen', 'run'],
    ['check again', 'foreseen again', 'run again'],
  ] as const) {
    const [foretold, simulated, came] = [results.get(check), results.get(simulation), results.get(reality)]
    if (foretold?.status !== 'unknown') t.deepEqual(story(foretold), story(came), `${check} (-) and ${reality} (+)`)
    if (simulated?.status !== 'unknown') t.true(simulated?.status === came?.status, `simulated: ${simulated?.changes.join('; ') ?? ''}`)
  }
}

function story(result: TaskResult | undefined): unknown {
  return { status: result?.status, changes: result?.changes }
}

async function runExamples(module: string, kind: PlaybookKind, ...flags: readonly string[]): Promise<void> {
  const playbook = join(folder, `${module}-${kind}.yml`)
  const ofModule = runnable.filter((each) => each.module === module)
  await writeFile(playbook, examplesPlaybook(ofModule, kind))
  const run = await runPlaybook(playbook, { argv: ['-i', join(folder, 'hosts.yml'), ...flags] })
  if (run.outcome.fatal !== undefined) throw run.outcome.fatal
  events.push(...run.events)
  requests.push(...run.requests)
}

function inventory(): unknown {
  const { name, address } = HOST
  const login = { ansible_user: 'root', ansible_ssh_private_key_file: lab.paths.key, stackrun_known_hosts_file: lab.paths.knownHosts }
  return { all: { hosts: { [name]: { ansible_host: address, ...login } } } }
}

/** The keys that begin a line of a task. */
async function keysOfRoles(): Promise<ReadonlySet<string>> {
  const files = (await readdir(join(ROOT, 'roles'), { recursive: true })).filter((name) => /\/(tasks|handlers)\/.*\.yml$/.test(name))
  const texts = await Promise.all(files.map((name) => readFile(join(ROOT, 'roles', name), 'utf8')))
  return new Set(texts.flatMap((text) => [...text.matchAll(/^ *(?:- )?(\w+):/gm)].map(([, key = '']) => key)))
}
