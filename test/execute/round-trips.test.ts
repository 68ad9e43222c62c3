import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { runPlaybook, type TaskRequests } from '../_harness/playbook.ts'

const PLAYBOOK = join(import.meta.dirname, '../../bench/playbook.yml')

/** Done by the controller alone. */
const CONTROLLER = new Set(['assert', 'debug', 'set_fact'])

const folder = await mkdtemp(join(tmpdir(), 'stackrun-round-trips-'))
const inventory = join(folder, 'hosts.yml')

test.before(async () => {
  const vars = {
    ansible_connection: 'local',
    ansible_host: '127.0.0.1',
    ansible_user: 'root', // only looked at: the user and the group are there, with this shell
    login_shell: (await readFile('/etc/passwd', 'utf8'))
      .split('\n')
      .find((line) => line.startsWith('root:'))
      ?.split(':')[6],
    bench_dir: join(folder, 'app'),
  }
  await writeFile(inventory, JSON.stringify({ all: { hosts: { here: vars } } }))
})

test.after.always(() => rm(folder, { recursive: true, force: true }))

test.serial('a task that changes something is two round trips at most: one to look, one to do it', async (t) => {
  const { outcome, requests } = await runPlaybook(PLAYBOOK, { argv: ['-i', inventory] })
  t.like(outcome.tallies['here'], { changed: 33, failed: 0, unreachable: 0 })
  t.deepEqual(
    requests.filter((task) => task.count > (task.status === 'changed' ? 2 : 1) * due(task)),
    [],
  )
})

test.serial('a task that finds nothing to change is one round trip, over a playbook of fifty', async (t) => {
  const { outcome, requests } = await runPlaybook(PLAYBOOK, { argv: ['-i', inventory] })
  t.like(outcome.tallies['here'], { changed: 0, failed: 0, unreachable: 0, ok: 49, skipped: 1 })
  t.is(requests.length, 50)
  t.deepEqual(
    requests.filter((task) => task.count !== due(task)),
    [],
  )
})

function due({ action, status, items }: TaskRequests): number {
  return CONTROLLER.has(action) || status === 'skipped' ? 0 : items
}
