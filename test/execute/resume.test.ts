import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { startSshd } from '../_harness/sshd.ts'
import { folder, type Ran, type RunSetup, run } from './_run.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAM = ['--no-warnings', '--import', './test/_loader.mjs', 'runner/cli/bin.ts'] as const

/** Each task that runs leaves a line: what runs twice is seen. */
function line(word: string): string {
  return `ansible.builtin.shell: echo ${word}-{{ inventory_hostname }} >> {{ playbook_dir }}/log`
}

const PLAYBOOK = `
- hosts: h1:h2
  gather_facts: false
  tasks:
    - {name: First, "ansible.builtin.shell": "echo first-{{ inventory_hostname }} >> {{ playbook_dir }}/log; date +%s%N", register: stamp, notify: Tell}
    - {name: Draw, ansible.builtin.set_fact: {drawn: "{{ 1000000000 | random }}"}}
    - {name: Note, ansible.builtin.copy: {content: "{{ stamp.stdout }} {{ drawn }}", dest: "{{ playbook_dir }}/before-{{ inventory_hostname }}"}}
    - {name: Stumble, ansible.builtin.fail: , when: "inventory_hostname == 'h2' and not (playbook_dir ~ '/fine') is exists"}
    - {name: Last, ansible.builtin.copy: {content: "{{ stamp.stdout }} {{ drawn }}", dest: "{{ playbook_dir }}/after-{{ inventory_hostname }}"}}
  handlers:
    - name: Tell
      ${line('told')}
`

function text(cwd: string, name: string): string {
  return readFileSync(join(cwd, name), 'utf8')
}

function lines(cwd: string): readonly string[] {
  return text(cwd, 'log').trim().split('\n')
}

async function broken(t: ExecutionContext, playbook = PLAYBOOK, setup: RunSetup = {}): Promise<string> {
  const cwd = folder(t)
  const first = await run(t, playbook, { ...setup, cwd, argv: ['--journal', ...(setup.argv ?? [])] })
  t.is(first.code, 2, first.err)
  writeFileSync(join(cwd, 'fine'), '')
  return cwd
}

function resumed(t: ExecutionContext, cwd: string, playbook = PLAYBOOK, argv: readonly string[] = []): Promise<Ran> {
  return run(t, playbook, { cwd, argv: ['--resume', ...argv] })
}

test('a run goes on where hosts failed, with what was registered, set and notified; done tasks are not done again', async (t) => {
  const cwd = await broken(t)
  const next = await resumed(t, cwd)
  t.is(next.code, 0, next.err)
  t.deepEqual(next.trace.slice(2), ['changed h2 Last', 'changed h2 Tell'])
  t.regex(next.err, /going on with \.stackrun\/journal\/.*: 9 tasks of hosts done/)
  t.deepEqual(lines(cwd).toSorted(), ['first-h1', 'first-h2', 'told-h1', 'told-h2'])
  for (const host of ['h1', 'h2']) t.is(text(cwd, `after-${host}`), text(cwd, `before-${host}`))
  const again = await resumed(t, cwd)
  t.is(again.code, 5)
  t.regex(again.err, /that run ended well/)
})

test('a run that went on and failed again can be gone on with', async (t) => {
  const cwd = folder(t)
  t.is((await run(t, PLAYBOOK, { cwd, argv: ['--journal'] })).code, 2)
  t.is((await resumed(t, cwd)).code, 2)
  writeFileSync(join(cwd, 'fine'), '')
  t.deepEqual((await resumed(t, cwd)).trace.slice(2), ['changed h2 Last', 'changed h2 Tell'])
  t.deepEqual(lines(cwd).toSorted(), ['first-h1', 'first-h2', 'told-h1', 'told-h2'])
})

test('what has changed since is named, and the run does not go on', async (t) => {
  const cwd = await broken(t, PLAYBOOK, { files: { 'group_vars/all.yml': 'colour: red\n' } })
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [['-e', 'x=1'], /other than then is extra variables \(-e\)/],
    [['--limit', 'h1'], /other than then is --limit/],
    [['--tags', 'x'], /other than then is --tags/],
    [['--check'], /other than then is --check/],
  ]
  for (const [argv, message] of refusals) {
    const ran = await resumed(t, cwd, PLAYBOOK, argv)
    t.is(ran.code, 5)
    t.regex(ran.err, message)
  }
  writeFileSync(join(cwd, 'group_vars/all.yml'), 'colour: blue\n')
  const variables = await resumed(t, cwd)
  t.regex(variables.err, /other than then is variables in .*group_vars\/all\.yml/)
  t.regex(variables.err, /without --resume/)
  t.deepEqual(lines(cwd).toSorted(), ['first-h1', 'first-h2', 'told-h1'])
})

test('a task that was mended runs as it is now, and a change that it makes has the rest done anew', async (t) => {
  const playbook = PLAYBOOK.replace('name: Stumble, ansible.builtin.fail: ', 'name: Stumble, ansible.builtin.command: "false"')
  const cwd = await broken(t, playbook)
  const mended = await resumed(
    t,
    cwd,
    playbook.replace('"false"', '"true"').replace('dest: "{{ playbook_dir }}/before', 'dest: "{{ playbook_dir }}/new'),
  )
  t.is(mended.code, 0, mended.err)
  t.deepEqual(mended.trace.toSorted(), [
    'changed h1 Note',
    'changed h1 Tell',
    'changed h2 Last',
    'changed h2 Note',
    'changed h2 Tell',
    'ok h1 Last',
    'skipped h1 Stumble',
    'skipped h2 Stumble',
  ])
})

test('a file that tasks of its folder send has them run again', async (t) => {
  const playbook = `
- hosts: h1
  gather_facts: false
  tasks:
    - {name: Send, ansible.builtin.template: {src: a.j2, dest: "{{ playbook_dir }}/sent"}}
    - {name: Other, ansible.builtin.command: "true"}
    - {name: Stumble, ansible.builtin.fail: , when: "not (playbook_dir ~ '/fine') is exists"}
`
  const cwd = await broken(t, playbook, { files: { 'templates/a.j2': 'old\n' } })
  writeFileSync(join(cwd, 'templates/a.j2'), 'new\n')
  const next = await resumed(t, cwd, playbook)
  t.deepEqual(next.trace, ['changed h1 Send', 'changed h1 Other', 'skipped h1 Stumble'])
  t.is(text(cwd, 'sent'), 'new\n')
  t.regex(next.err, /run again, for they changed: .*a\.j2/)
})

test('a rescued failure is part of what was done; one that was not rescued is tried again, with its always section', async (t) => {
  const playbook = `
- hosts: h1
  gather_facts: false
  tasks:
    - block: [{name: Try, ansible.builtin.command: "false"}]
      rescue: [{name: Rescue, ansible.builtin.command: "true", register: rescued}]
    - block:
        - name: Work
          ansible.builtin.command: test -e {{ playbook_dir }}/fine
      always:
        - name: Clean
          ${line('clean')}
    - {name: Say, ansible.builtin.debug: {msg: "{{ rescued.rc }} {{ ansible_failed_task.name }}"}}
`
  const cwd = await broken(t, playbook)
  const next = await resumed(t, cwd, playbook)
  t.is(next.code, 0, next.err)
  t.deepEqual(next.trace, ['changed h1 Work', 'changed h1 Clean', 'ok h1 Say'])
  t.deepEqual(next.messages, ['h1 0 Try'])
  t.deepEqual(lines(cwd), ['clean-h1', 'clean-h1'])
})

test('secrets are in no journal: what holds them is found out again', async (t) => {
  const playbook = `
- hosts: h1
  gather_facts: false
  tasks:
    - {name: Ask, ansible.builtin.command: "printf hunter2hunter2", register: answer, no_log: true}
    - {name: Keep, ansible.builtin.set_fact: {kept: "{{ answer.stdout }}"}, no_log: true}
    - {name: Plain, ansible.builtin.command: "true"}
    - {name: Quiet, ansible.builtin.command: "printf hunter2hunter2", no_log: true}
    - {name: Stumble, ansible.builtin.fail: , when: "not (playbook_dir ~ '/fine') is exists"}
    - {name: Use, ansible.builtin.copy: {content: "{{ kept }}", dest: "{{ playbook_dir }}/used"}, no_log: true}
`
  const cwd = await broken(t, playbook, { argv: ['-e', 'unused=swordfish99'] })
  const journals = join(cwd, '.stackrun/journal')
  const kept = readdirSync(journals).map((name) => readFileSync(join(journals, name), 'latin1'))
  t.false(kept.some((each) => /hunter2|swordfish/.test(each)))
  const next = await resumed(t, cwd, playbook, ['-e', 'unused=swordfish99'])
  t.is(next.code, 0, next.err)
  t.is(text(cwd, 'used'), 'hunter2hunter2')
  t.is(next.trace[0], 'changed h1 Ask')
})

test('facts, includes, loops, roles and serial batches are gone through as before', async (t) => {
  const playbook = `
- hosts: h1:h2
  serial: 1
  roles: [{role: r, loud: 1}, {role: r, loud: 2}]
  tasks:
    - {name: Include, ansible.builtin.include_tasks: more.yml, loop: [a, b]}
    - {name: Stumble, ansible.builtin.fail: , when: "inventory_hostname == 'h2' and not (playbook_dir ~ '/fine') is exists"}
    - {name: Say, ansible.builtin.debug: {msg: "{{ ansible_system }} {{ looped.results | map(attribute='stdout') | join }} {{ more.stdout }}"}}
`
  const files = {
    'roles/r/tasks/main.yml': `- name: Role\n  ${line('role{{ loud }}')}\n- {name: Loop, ansible.builtin.command: "printf {{ item }}", loop: [x, y], register: looped}\n`,
    'more.yml': `- {name: More, "ansible.builtin.shell": "echo more-{{ item }}-{{ inventory_hostname }} >> {{ playbook_dir }}/log; printf {{ item }}", register: more}\n`,
  }
  const cwd = await broken(t, playbook, { files })
  const before = lines(cwd)
  const next = await resumed(t, cwd, playbook)
  t.is(next.code, 0, next.err)
  t.deepEqual(next.messages, ['h2 Linux xy b'])
  t.deepEqual(lines(cwd), before)
})

test('without a journal, or with that of another playbook, the reason is told', async (t) => {
  const cwd = folder(t)
  const none = await resumed(t, cwd)
  t.is(none.code, 5)
  t.regex(none.err, /no journal of a run of these playbooks in \.stackrun\/journal[\s\S]*--journal/)
  writeFileSync(join(cwd, 'other.jsonl'), 'no journal\n')
  t.regex((await run(t, PLAYBOOK, { cwd, argv: ['--resume', 'other.jsonl'] })).err, /other\.jsonl is no journal of a run/)
  t.regex((await run(t, PLAYBOOK, { cwd, argv: ['--resume=missing.jsonl'] })).err, /cannot read the journal/)
})

test('a run that still goes on is left alone; one that is dead is not, though its last line is half a line', async (t) => {
  const cwd = await broken(t)
  const journals = join(cwd, '.stackrun/journal')
  const [name = ''] = readdirSync(journals).filter((each) => each.endsWith('.jsonl'))
  const whole = text(cwd, `.stackrun/journal/${name}`).trimEnd().split('\n')
  const cut = [...whole.slice(0, -1), (whole.at(-1) ?? '').slice(0, 20)].join('\n')
  writeFileSync(join(cwd, `alive-${String(process.ppid)}.jsonl`), cut)
  writeFileSync(join(cwd, 'dead-4194305.jsonl'), cut)
  const alive = await resumed(t, cwd, PLAYBOOK, [`--resume=alive-${String(process.ppid)}.jsonl`])
  t.is(alive.code, 5)
  t.regex(alive.err, /that run is still going on/)
  t.deepEqual((await resumed(t, cwd, PLAYBOOK, ['--resume=dead-4194305.jsonl'])).trace.slice(2), ['changed h2 Last', 'changed h2 Tell'])
})

test('a run over SSH that was killed is gone on with, twice', async (t) => {
  const sshd = await startSshd()
  t.teardown(() => sshd.stop())
  const cwd = folder(t)
  const waiting = (name: string): string =>
    `"ansible.builtin.shell": "echo ${name}-began >> {{ playbook_dir }}/log; until test -e {{ playbook_dir }}/${name}; do sleep 0.2; done"`
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - {name: One, "ansible.builtin.shell": "echo one >> {{ playbook_dir }}/log; date +%N", register: one, notify: Tell}
    - {name: Wait, ${waiting('wait')}}
    - {name: Two, "ansible.builtin.shell": "echo two {{ one.stdout }} >> {{ playbook_dir }}/log"}
    - {name: Hold, ${waiting('hold')}}
    - {name: Three, "ansible.builtin.shell": "echo three {{ one.stdout }} >> {{ playbook_dir }}/log"}
  handlers:
    - {name: Tell, "ansible.builtin.shell": "echo told >> {{ playbook_dir }}/log"}
`
  const vars = {
    ansible_host: sshd.address,
    ansible_port: sshd.port,
    ansible_user: sshd.user,
    ansible_ssh_private_key_file: sshd.keyFile,
    stackrun_known_hosts_file: join(cwd, 'known_hosts'),
  }
  writeFileSync(join(cwd, 'hosts.json'), JSON.stringify({ all: { hosts: { web1: vars } } }))
  writeFileSync(join(cwd, 'site.yml'), playbook)
  mkdirSync(join(cwd, '.stackrun'))
  const start = async (until: string, argv: readonly string[]): Promise<void> => {
    const env = { ...process.env, TS_NODE_PROJECT: join(ROOT, 'tsconfig.json') }
    const program = PROGRAM.map((word) => (word.includes('/') ? join(ROOT, word) : word))
    const child = spawn(process.execPath, [...program, 'site.yml', '-i', 'hosts.json', ...argv], {
      cwd,
      env,
      stdio: 'ignore',
      detached: true,
    })
    const ended = once(child, 'close')
    while (!existsSync(join(cwd, 'log')) || !text(cwd, 'log').includes(until)) await sleep(50)
    process.kill(-(child.pid ?? Number.NaN), 'SIGKILL')
    await ended
  }
  await start('wait-began', ['--journal'])
  writeFileSync(join(cwd, 'wait'), '')
  await start('hold-began', ['--resume'])
  writeFileSync(join(cwd, 'hold'), '')
  const last = await run(t, playbook, { cwd, argv: ['-i', 'hosts.json', '--resume'], files: { hosts: '' } })
  t.is(last.code, 0, last.err)
  t.deepEqual(last.trace, ['changed web1 Hold', 'changed web1 Three', 'changed web1 Tell'])
  const stamp = /two (\d+)/.exec(text(cwd, 'log'))?.[1] ?? 'none'
  t.deepEqual(lines(cwd), ['one', 'wait-began', 'wait-began', `two ${stamp}`, 'hold-began', 'hold-began', `three ${stamp}`, 'told'])
})
