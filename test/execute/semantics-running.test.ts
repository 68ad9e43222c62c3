import test from 'ava'
import { run } from './_run.ts'

const HEAD = '- hosts: g\n  gather_facts: false\n'
const IN_ORDER = { argv: ['-f', '1'] }

test('semantics 5: where all hosts of a play fail the run ends, and other hosts are left out of later plays', async (t) => {
  const all = await run(
    t,
    '- hosts: h1\n  gather_facts: false\n  tasks:\n    - fail:\n- hosts: h2\n  gather_facts: false\n  tasks:\n    - debug:\n',
  )
  t.is(all.code, 2)
  t.deepEqual(all.trace, ['failed h1 fail'])
  const one = await run(
    t,
    `${HEAD}  tasks:\n    - fail:\n      when: inventory_hostname == 'h1'\n${HEAD}  tasks:\n    - debug: msg=two\n`,
    IN_ORDER,
  )
  t.is(one.code, 2)
  t.deepEqual(one.messages, ['h2 two', 'h3 two'])
})

test('semantics 54: retries n are n + 1 tries, and attempts is n after the last', async (t) => {
  const ran = await run(
    t,
    `- hosts: h1
  gather_facts: false
  tasks:
    - {name: never, command: /bin/false, register: r, until: r is success, retries: 2, delay: 0, ignore_errors: true}
    - {name: seen, command: /bin/false, register: r, until: r is success, failed_when: r.attempts < 2, retries: 3, delay: 0}
`,
  )
  t.is(ran.data('never')['attempts'], 2)
  t.is(ran.data('seen')['attempts'], 2)
  t.is(ran.events.filter(({ type }) => type === 'retry').length, 3)
})

test('semantics 57: a failed command has changed something, and says so', async (t) => {
  const ran = await run(
    t,
    '- hosts: h1\n  gather_facts: false\n  tasks:\n    - {name: fails, command: /bin/false, ignore_errors: true}\n    - {name: missing, command: /no/such, ignore_errors: true}\n',
  )
  t.like(ran.data('fails'), { changed: true, failed: true, rc: 1 })
  t.like(ran.data('missing'), { changed: false, failed: true, rc: 2 })
  t.is(ran.recap['h1'], 'ok=2 changed=1 ignored=2')
})

test('semantics 62, 63: a loop variable in use is warned of at each place; extended loops leave ansible_loop in each result', async (t) => {
  const ran = await run(
    t,
    `- hosts: h1
  gather_facts: false
  vars: {item: before}
  tasks:
    - {name: loop, debug: {msg: "{{ item }}"}, loop: [a, b], loop_control: {extended: true}}
    - {name: loop, debug: {msg: "{{ item }}"}, loop: [c]}
    - debug: msg="{{ item }}"
`,
  )
  t.deepEqual(
    ran.messages.filter((line) => !line.endsWith('completed')),
    ['h1 a', 'h1 b', 'h1 c', 'h1 before'],
  )
  t.is(ran.events.filter(({ type, message }) => type === 'warning' && message?.startsWith("The loop variable 'item'")).length, 2)
  t.like(ran.data('loop'), { results: [{ ansible_loop: { index: 1, last: false } }, { ansible_loop: { index: 2, last: true } }] })
})

test('semantics 67, 110: delegation goes item by item, with the facts too', async (t) => {
  const ran = await run(
    t,
    `- hosts: g
  gather_facts: false
  tasks:
    - set_fact: {mine: "{{ item }}"}
      delegate_to: "{{ item }}"
      delegate_facts: true
      loop: [h2, h3]
      when: inventory_hostname == 'h1'
    - debug: msg="{{ mine | default('none') }}"
`,
    IN_ORDER,
  )
  t.deepEqual(ran.messages, ['h1 none', 'h2 h2', 'h3 h3'])
})

test('semantics 68, 70: a failed rescue runs always and loses the host', async (t) => {
  const ran = await run(
    t,
    `- hosts: h1
  gather_facts: false
  tasks:
    - block: [{name: a, fail: {}}]
      rescue: [{name: b, fail: {}}]
      always: [{name: c, debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_play_hosts }}"}}]
    - debug: msg=never
`,
  )
  t.is(ran.code, 2)
  t.deepEqual(ran.messages, ['h1 a []'])
  t.is(ran.recap['h1'], 'ok=1 failed=1 rescued=1')
})

test('semantics 71, 75: an unreachable host has no rescue; ignored it goes on and counts as ok', async (t) => {
  const files = { hosts: '[g]\nh1 ansible_connection=local\nhx ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_retries=0\n' }
  const lost = await run(
    t,
    `${HEAD}  tasks:\n    - block: [{name: a, command: "true", ignore_errors: true}]\n      rescue: [{debug: {msg: r}}]\n      always: [{debug: {msg: "{{ ansible_play_hosts }}"}}]\n`,
    { files, ...IN_ORDER },
  )
  t.is(lost.code, 4)
  t.deepEqual(lost.trace, ['changed h1 a', 'unreachable hx a', 'ok h1 debug'])
  const kept = await run(t, `${HEAD}  tasks:\n    - {name: a, command: "true", ignore_unreachable: true}\n    - debug: msg=go\n`, {
    files,
    ...IN_ORDER,
  })
  t.is(kept.code, 0)
  t.is(kept.recap['hx'], 'ok=2 ignored=1')
})

test('semantics 73: a rescue saves the play from any_errors_fatal; without one nothing goes go', async (t) => {
  const saved = await run(
    t,
    `${HEAD}  any_errors_fatal: true\n  tasks:\n    - block: [{fail: {}, when: inventory_hostname == 'h1'}]\n      rescue: [{debug: {msg: rescued}}]\n${HEAD}  tasks: [{debug: {msg: go}}]\n`,
    IN_ORDER,
  )
  t.is(saved.code, 0)
  t.deepEqual(saved.messages, ['h1 rescued', 'h2 rescued', 'h3 rescued', 'h1 go', 'h2 go', 'h3 go'])
  t.is(saved.recap['h2'], 'ok=2 skipped=1')
  const fatal = await run(
    t,
    `${HEAD}  any_errors_fatal: true\n  tasks:\n    - fail:\n      when: inventory_hostname == 'h1'\n    - debug:\n${HEAD}  tasks: [{debug: {}}]\n`,
    IN_ORDER,
  )
  t.is(fatal.code, 2)
  t.is(fatal.trace.length, 3)
})

test('semantics 74: max_fail_percentage must be exceeded, and ends play and run at once', async (t) => {
  for (const [percent, messages] of [
    [33, []],
    [34, ['h2 go', 'h3 go', 'h2 later', 'h3 later']],
  ] as const) {
    const ran = await run(
      t,
      `${HEAD}  max_fail_percentage: ${String(percent)}\n  tasks:\n    - fail:\n      when: inventory_hostname == 'h1'\n    - debug: msg=go\n${HEAD}  tasks: [{debug: {msg: later}}]\n`,
      IN_ORDER,
    )
    t.is(ran.code, 2)
    t.deepEqual(ran.messages, messages)
  }
})

test('semantics 75b, 128: run_once gives its result to all, and its failure too', async (t) => {
  const ran = await run(
    t,
    `${HEAD}  tasks:\n    - {command: "echo {{ inventory_hostname }}", run_once: true, register: r}\n    - debug: msg="{{ r.stdout }}"\n    - {fail: {}, run_once: true}\n    - debug: msg=never\n`,
    IN_ORDER,
  )
  t.is(ran.code, 2)
  t.deepEqual(ran.messages, ['h1 h1', 'h2 h1', 'h3 h1'])
})

test('semantics 77: clear_host_errors takes hosts into later plays, not back into this one', async (t) => {
  const ran = await run(
    t,
    `${HEAD}  tasks:\n    - fail:\n      when: inventory_hostname != 'h3'\n    - meta: clear_host_errors\n    - debug: msg="{{ ansible_play_hosts }}"\n${HEAD}  tasks: [{debug: {msg: go}}]\n`,
    IN_ORDER,
  )
  t.is(ran.code, 0)
  t.deepEqual(ran.messages, ['h3 ["h3"]', 'h1 go', 'h2 go', 'h3 go'])
})

test('semantics 77: end_role ends the role for a host, and only that one', async (t) => {
  const files = {
    'roles/r/tasks/main.yml': '- include_tasks: more.yml\n- debug: msg=rest\n',
    'roles/r/tasks/more.yml': "- meta: end_role\n  when: inventory_hostname == 'h1'\n- debug: msg=more\n",
  }
  const ran = await run(t, '- hosts: h1,h2\n  gather_facts: false\n  roles: [r]\n  tasks: [{debug: {msg: after}}]\n', {
    files,
    ...IN_ORDER,
  })
  t.deepEqual(ran.messages, ['h2 more', 'h2 rest', 'h1 after', 'h2 after'])
  const outside = await run(t, '- hosts: h1\n  tasks: [{meta: end_role}]\n')
  t.is(outside.code, 4)
  t.regex(outside.err, /Cannot execute 'end_role' from outside of a role/)
})

test('semantics 79: force_handlers runs what failed hosts had notified', async (t) => {
  for (const [forced, messages] of [
    [true, ['h1 handler', 'h2 handler', 'h3 handler']],
    [false, ['h2 handler', 'h3 handler']],
  ] as const) {
    const ran = await run(
      t,
      `${HEAD}  force_handlers: ${String(forced)}\n  tasks:\n    - {command: "true", notify: hd}\n    - fail:\n      when: inventory_hostname == 'h1'\n  handlers:\n    - {name: hd, debug: {msg: handler}}\n`,
      IN_ORDER,
    )
    t.deepEqual(ran.messages, messages)
  }
})

test('semantics 82, 83: one flush after roles and tasks; names mean the handler that was loaded last by then', async (t) => {
  const files = { 'roles/r/tasks/main.yml': '- debug: msg=role\n', 'roles/r/handlers/main.yml': '- name: hd\n  debug: msg=of-role\n' }
  const ran = await run(
    t,
    `- hosts: h1
  gather_facts: false
  tasks:
    - {command: "true", notify: [hd, two]}
    - include_role: {name: r}
    - debug: msg=task
  handlers:
    - {name: hd, debug: {msg: of-play}}
    - {name: two, debug: {msg: first}}
    - {name: two, debug: {msg: second}}
`,
    { files },
  )
  t.deepEqual(ran.messages, ['h1 role', 'h1 task', 'h1 first', 'h1 of-role'])
})

test('semantics 83: a handler that notifies itself or an earlier one waits for the next flush', async (t) => {
  const ran = await run(
    t,
    `- hosts: h1
  gather_facts: false
  tasks: [{command: "true", notify: again}]
  post_tasks: [{debug: {msg: post}}]
  handlers:
    - {name: early, debug: {msg: early}}
    - {name: again, command: "true", notify: [again, early]}
`,
  )
  t.deepEqual(ran.trace, ['changed h1 command', 'changed h1 again', 'ok h1 debug', 'ok h1 early', 'changed h1 again'])
})

test('semantics 95: a looped include of the same thing runs each time; a dependency that has run does not', async (t) => {
  const files = {
    'roles/dep/tasks/main.yml': '- debug: msg=dep\n',
    'roles/r/tasks/main.yml': '- debug: msg=r\n',
    'roles/r/meta/main.yml': 'dependencies: [dep]\n',
  }
  const ran = await run(
    t,
    '- hosts: h1\n  gather_facts: false\n  roles: [dep]\n  tasks:\n    - include_role: {name: r}\n      loop: [1, 1]\n',
    { files },
  )
  t.deepEqual(ran.messages, ['h1 dep', 'h1 r', 'h1 r'])
})

test('semantics 116: a group of module_defaults that nobody defines is refused by name', async (t) => {
  const ran = await run(t, '- hosts: h1\n  module_defaults: {group/demo.cloud.all: {region: x}}\n  tasks: []\n')
  t.is(ran.code, 4)
  t.regex(ran.err, /could not resolve the module_defaults group demo\.cloud\.all/)
})

test('semantics 126: order and serial; an order that does not exist is an option error', async (t) => {
  const ran = await run(
    t,
    `${HEAD}  serial: [1, "50%"]\n  order: reverse_sorted\n  tasks:\n    - debug: msg="{{ ansible_play_batch }} {{ ansible_play_hosts_all | join(' ') }}"\n`,
    IN_ORDER,
  )
  t.deepEqual(ran.messages, ["h3 ['h3'] h1 h2 h3", "h2 ['h2'] h1 h2 h3", "h1 ['h1'] h1 h2 h3"])
  const wrong = await run(t, `${HEAD}  order: bogus\n  tasks: []\n`)
  t.is(wrong.code, 5)
})
