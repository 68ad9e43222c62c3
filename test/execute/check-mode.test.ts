import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { runPlaybook } from '../_harness/playbook.ts'

const TASK = (name: string, more: string): string =>
  `    - { name: ${name}, file: { path: "{{ playbook_dir }}/made", state: directory }${more} }\n`

async function statuses(t: ExecutionContext, tasks: string, ...argv: readonly string[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stackrun-check-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const playbook = join(folder, 'site.yml')
  await writeFile(playbook, `- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks}`)
  const { events } = await runPlaybook(playbook, { argv: ['-i', 'localhost,', ...argv] })
  return events.flatMap((event) => (event.type === 'host-task-result' ? [`${event.task.name} ${event.result.status}`] : []))
}

test('what a check_mode task of a real run foresees is no fact for the tasks after it', async (t) => {
  const tasks =
    TASK('asked', ', check_mode: true') + TASK('again', ', check_mode: true') + TASK('done', '') + TASK('at last', ', check_mode: true')
  t.deepEqual(await statuses(t, tasks), ['asked changed', 'again changed', 'done changed', 'at last ok'])
})

test('in check mode what one task foresees is the next one’s host', async (t) => {
  t.deepEqual(await statuses(t, TASK('one', '') + TASK('two', ''), '--check'), ['one changed', 'two ok'])
})
