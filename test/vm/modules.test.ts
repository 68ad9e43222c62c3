import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { takeDown } from '../../lab/down.ts'
import { openLab } from '../../lab/lab.ts'
import { type ExampleRuns, keepsItsWord, runExamples } from '../_harness/example-runs.ts'
import { allExamples, placeOf } from '../_harness/examples.ts'
import { runPlaybook } from '../_harness/playbook.ts'
import { loginOf, type Machine, onMachine, startMachine } from './_machine/machine.ts'
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
const lab = openLab([HOST], { folder: join(folder, 'lab'), signal: AbortSignal.timeout(3 * 60 * 60_000), say: () => undefined })
const examples = (await allExamples()).filter(
  (each) => placeOf(each) === 'machine' || (placeOf(each) === 'host' && ABOUT_MACHINES.has(each.module)),
)
let done: ExampleRuns = { events: [], requests: [] }
let machine: Machine | undefined

test.before(async (t) => {
  if (problem !== undefined) return
  t.timeout(3 * 60 * 60_000)
  const started = Date.now()
  machine = await startMachine(lab, HOST)
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

const serialTest = problem === undefined ? test.serial : test.serial.skip
const ALL = [
  'Have a disk',
  'Make it a volume group',
  'Make a volume',
  'Make a file system',
  'Mount it, at each start too',
  'Keep a file there',
]

serialTest('a bare disk becomes a volume group, a volume, a file system that is mounted, and files', async (t) => {
  t.deepEqual(await changedBy(t), ALL)
  t.is(await shown(t, 'vgs --noheadings -o vg_name,lv_count story; lvs --noheadings -o lv_name,lv_size story'), 'story 1 files 96.00m')
  t.is(await shown(t, 'findmnt -no SOURCE,FSTYPE /srv/story; cat /srv/story/file'), '/dev/mapper/story-files ext4 kept')
})

serialTest('what is there is not made again', async (t) => {
  t.deepEqual(await changedBy(t), [])
})

serialTest('a volume grows with the file system on it while it is in use', async (t) => {
  const blocks = 'stat -f -c %b /srv/story'
  const before = Number(await shown(t, blocks))
  t.deepEqual(await changedBy(t, '-e', 'size=192m'), ['Make a volume'])
  t.true(Number(await shown(t, blocks)) > 1.8 * before)
  t.is(await shown(t, 'lvs --noheadings -o lv_size story; cat /srv/story/file'), '192.00m kept')
  t.deepEqual(await changedBy(t, '-e', 'size=192m'), [])
})

serialTest('the way back leaves neither mount nor group', async (t) => {
  t.deepEqual(await changedBy(t, '-e', '{"gone": true}'), ['Unmount it', 'Remove the file system', 'Remove the group with its volume'])
  t.is(
    await shown(t, 'findmnt /srv/story; grep story /etc/fstab; vgs --noheadings -o vg_name | grep story; ls /dev/mapper | grep story'),
    '',
  )
})

/** The tasks of the story that changed something, or would have. */
async function changedBy(t: ExecutionContext, ...flags: readonly string[]): Promise<readonly string[]> {
  const playbook = join(import.meta.dirname, '_playbooks/storage.yml')
  const run = await runPlaybook(playbook, { argv: ['-i', join(folder, 'hosts.yml'), ...flags] })
  const results = run.events.flatMap((event) => (event.type === 'host-task-result' ? [event] : []))
  t.deepEqual(
    results.filter(({ result }) => result.status === 'failed').map(({ task, result }) => [task.name, result.message]),
    [],
  )
  return results.filter(({ result }) => result.status === 'changed').map(({ task }) => task.name)
}

/** What a script prints on the machine, in one line. */
async function shown(t: ExecutionContext, script: string): Promise<string> {
  if (machine === undefined) return ''
  const { stdout } = await onMachine(machine, script, lab.signal)
  t.log(`$ ${script}\n${stdout}`)
  return stdout.trim().replaceAll(/\s+/g, ' ')
}

function seconds(from: number, to: number): string {
  return ((to - from) / 1000).toFixed(1)
}
