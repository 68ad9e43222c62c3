import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { takeDown } from '../../lab/down.ts'
import { type LabHost, openLab } from '../../lab/lab.ts'
import { requireMachine } from '../../lab/requirements.ts'
import { bringUp } from '../../lab/up.ts'
import { messageOf } from '../../runner/base/error.ts'
import { type ExampleRuns, keepsItsWord, runExamples } from '../_harness/example-runs.ts'
import { allExamples, exampleRun, placeOf } from '../_harness/examples.ts'
import { ELSEWHERE } from './_elsewhere.ts'

/**
 * Every example of every module on a host that has nothing but the lab's Debian, but those that need another kernel (test/vm). How an example is written to be run here is told in
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
const runnable = examples.filter((each) => placeOf(each) === 'host')
let done: ExampleRuns = { events: [], requests: [] }

test.before(async () => {
  if (problem !== undefined) return
  await bringUp(lab, [HOST])
  await cp(join(import.meta.dirname, '_files'), folder, { recursive: true })
  await writeFile(join(folder, 'hosts.yml'), JSON.stringify(inventory()))
  done = await runExamples(runnable, folder)
})

test.after.always(async () => {
  if (problem !== undefined) return
  await takeDown(lab, 'all')
  await rm(folder, { recursive: true, force: true })
})

for (const each of runnable) labTest(each.title, (t) => keepsItsWord(t, each, done.events))

test('every module has an example that runs here or in a virtual machine, or a role or playbook uses it that another test runs', async (t) => {
  const here = new Set(examples.filter((each) => placeOf(each) !== undefined).map(({ module }) => module))
  const missing = [...new Set(examples.map(({ module }) => module))].filter((module) => !here.has(module))
  const used = await keysIn(join(ROOT, 'roles'), /\/(tasks|handlers)\/.*\.yml$/)
  const played = await keysIn(join(ROOT, 'test/cloud/_files'), /\.yml$/)
  t.deepEqual(
    missing.filter((module) => !Object.keys(ELSEWHERE).some((start) => module.startsWith(start))),
    [],
  )
  t.deepEqual(
    missing.filter((module) => !used.has(module) && !played.has(module)),
    [],
  )
})

labTest('an example that finds nothing to change is one request at most', (t) => {
  const unchanged = new Set(
    runnable.flatMap((each) => (exampleRun(each, done.events).results.get('run again')?.status === 'ok' ? [each.title] : [])),
  )
  const again = done.requests.filter(({ name }) => unchanged.has(name.replace(/ \(run again\)$/, '')))
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
    [...exampleRun(each, done.events).results].flatMap(([phase, { status, message = '' }]) =>
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

function inventory(): unknown {
  const { name, address } = HOST
  const login = { ansible_user: 'root', ansible_ssh_private_key_file: lab.paths.key, stackrun_known_hosts_file: lab.paths.knownHosts }
  return { all: { hosts: { [name]: { ansible_host: address, ...login } } } }
}

/** The keys that begin a line of a task. */
async function keysIn(root: string, wanted: RegExp): Promise<ReadonlySet<string>> {
  const files = (await readdir(root, { recursive: true })).filter((name) => wanted.test(name))
  const texts = await Promise.all(files.map((name) => readFile(join(root, name), 'utf8')))
  return new Set(texts.flatMap((text) => [...text.matchAll(/^ *(?:- )?(\w+):/gm)].map(([, key = '']) => key)))
}
