import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { folder, type Ran, run } from './_run.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAM = ['--no-warnings', '--import', './test/_loader.mjs', 'runner/cli/bin.ts'] as const

/** A file with a handler, and between them a task that can fail. */
const PLAYBOOK = `
- name: A service
  hosts: h1
  gather_facts: false
  tasks:
    - name: Configure
      ansible.builtin.copy:
        content: "{{ content | default('first') }}"
        dest: "{{ playbook_dir }}/service.conf"
      notify: Restart
    - name: Stumble
      ansible.builtin.fail:
      when: broken | default(false)
  handlers:
    - name: Restart
      ansible.builtin.command:
        argv: [sh, -c, "echo restarted >> {{ playbook_dir }}/restarts"]
`

test('handlers of a run that ended before them run in the next one, once, though their task finds nothing to change', async (t) => {
  const cwd = folder(t)
  const broken = await run(t, PLAYBOOK, { cwd, argv: ['-e', '{"broken": true}'] })
  t.is(broken.code, 2)
  t.false(existsSync(join(cwd, 'restarts')))
  const next = await run(t, PLAYBOOK, { cwd })
  t.deepEqual(next.trace, ['ok h1 Configure', 'skipped h1 Stumble', 'changed h1 Restart'])
  t.true(
    warnings(next).some((text) => text.includes('A service : Configure (h1): Restart')),
    warnings(next).join('\n'),
  )
  const last = await run(t, PLAYBOOK, { cwd })
  t.deepEqual(last.trace, ['ok h1 Configure', 'skipped h1 Stumble'])
  t.deepEqual(warnings(last), [])
})

test('handlers of a run that was killed run in the next one', async (t) => {
  const cwd = folder(t)
  const playbook = PLAYBOOK.replace('ansible.builtin.fail:', 'ansible.builtin.pause: {seconds: 600}')
  writeFileSync(join(cwd, 'site.yml'), playbook)
  const argv = [...PROGRAM, join(cwd, 'site.yml'), '-i', 'h1,', '-c', 'local', '-e', '{"broken": true}']
  const killed = spawn(process.execPath, argv, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const ended = once(killed, 'close')
  while (!existsSync(join(cwd, 'service.conf'))) await sleep(20)
  process.kill(-(killed.pid ?? Number.NaN), 'SIGKILL')
  await ended
  t.deepEqual((await run(t, playbook, { cwd })).trace, ['ok h1 Configure', 'skipped h1 Stumble', 'changed h1 Restart'])
})

test('check mode foretells them and leaves them to be run', async (t) => {
  const cwd = folder(t)
  await run(t, PLAYBOOK, { cwd, argv: ['-e', '{"broken": true}'] })
  for (let turn = 0; turn < 2; turn += 1) {
    const check = await run(t, PLAYBOOK, { cwd, argv: ['--check'] })
    t.true(check.trace[0] === 'ok h1 Configure' && check.trace.at(-1)?.endsWith('h1 Restart') === true, check.trace.join('\n'))
  }
  t.is((await run(t, PLAYBOOK, { cwd })).trace.at(-1), 'changed h1 Restart')
})

test('a run that comes to its end leaves no note, nor does a task that in the end has changed nothing', async (t) => {
  const cwd = folder(t)
  const playbook = `
- name: Nothing is left of it
  hosts: h1
  gather_facts: false
  tasks:
    - {name: Write, ansible.builtin.copy: {content: x, dest: "{{ playbook_dir }}/x"}, notify: Tell}
    - {name: Ask, ansible.builtin.command: "true", changed_when: false, notify: Tell}
  handlers:
    - {name: Tell, ansible.builtin.debug: {}}
`
  t.is((await run(t, playbook, { cwd })).code, 0)
  t.deepEqual(notes('Nothing is left of it'), [])
  rmSync(join(cwd, 'x'))
  writeFileSync(join(cwd, 'unrelated'), '')
  t.is((await run(t, playbook, { cwd, argv: ['--check'] })).code, 0)
  t.deepEqual(notes('Nothing is left of it'), [])
})

test('a task that failed has its handlers run when it has nothing left to change', async (t) => {
  const cwd = folder(t)
  const playbook = PLAYBOOK.replace('      notify: Restart', '      failed_when: broken | default(false)\n      notify: Restart')
  t.is((await run(t, playbook, { cwd, argv: ['-e', '{"broken": true}'] })).code, 2)
  t.deepEqual((await run(t, playbook, { cwd })).trace, ['ok h1 Configure', 'skipped h1 Stumble', 'changed h1 Restart'])
})

test('a note belongs to its task: another playbook with the same names does not run the handlers', async (t) => {
  await run(t, PLAYBOOK, { cwd: folder(t), argv: ['-e', '{"broken": true}'] })
  const cwd = folder(t)
  writeFileSync(join(cwd, 'service.conf'), 'first')
  t.deepEqual((await run(t, PLAYBOOK, { cwd })).trace, ['ok h1 Configure', 'skipped h1 Stumble'])
})

function warnings({ events }: Ran): readonly string[] {
  return events.filter(({ type }) => type === 'warning').map(({ message }) => message ?? '')
}

function notes(play: string): readonly string[] {
  const path = join(process.env['STACKRUN_STATE'] ?? '', 'pending-handlers')
  if (!existsSync(path)) return []
  return readdirSync(path)
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .filter((text) => text.startsWith(play))
}
