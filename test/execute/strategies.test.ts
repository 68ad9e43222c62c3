import test from 'ava'
import { run } from './_run.ts'

const STEPS = `
  gather_facts: false
  tasks:
    - command: sleep {{ 0.3 if inventory_hostname == 'h1' else 0.01 }}
    - debug: msg=two
`

test('linear: no host begins a task before all have done the one before it', async (t) => {
  const ran = await run(t, `- hosts: g${STEPS}`)
  t.deepEqual(
    ran.trace.map((line) => line.split(' ')[2]),
    ['command', 'command', 'command', 'debug', 'debug', 'debug'],
  )
})

test('semantics 80: with strategy free no host waits for another', async (t) => {
  const ran = await run(t, `- hosts: g\n  strategy: free${STEPS}`)
  t.deepEqual(ran.trace.slice(-2), ['changed h1 command', 'ok h1 debug'])
  t.deepEqual(ran.recap, { h1: 'ok=2 changed=1', h2: 'ok=2 changed=1', h3: 'ok=2 changed=1' })
})

test('semantics 80: free: each host has its own blocks, includes, handlers and ends', async (t) => {
  const ran = await run(
    t,
    `- hosts: g
  strategy: ansible.builtin.free
  gather_facts: false
  tasks:
    - block:
        - command: sleep 0.0{{ inventory_hostname[1] }}
          notify: hd
        - fail: msg=no
          when: inventory_hostname == 'h1'
      rescue:
        - name: rescue
          debug: msg=rescued
      always:
        - name: always
          debug: msg=always
    - meta: flush_handlers
    - include_tasks: inc.yml
      vars: {v: "{{ inventory_hostname }}"}
    - meta: end_host
      when: inventory_hostname == 'h2'
    - name: end
      debug: msg=end
  handlers:
    - name: hd
      debug: msg=handler
`,
    { files: { 'inc.yml': '- name: in\n  debug: msg="in {{ v }}"\n' } },
  )
  t.is(ran.code, 0)
  const of = (host: string): readonly string[] =>
    ran.trace.filter((line) => line.includes(host)).map((line) => line.replace(` ${host}`, ''))
  t.deepEqual(of('h1'), ['changed command', 'failed fail', 'ok rescue', 'ok always', 'ok hd', 'ok in', 'ok end'])
  t.deepEqual(of('h2'), ['changed command', 'skipped fail', 'ok always', 'ok hd', 'ok in'])
  t.deepEqual(of('h3'), ['changed command', 'skipped fail', 'ok always', 'ok hd', 'ok in', 'ok end'])
  t.deepEqual(ran.recap, { h1: 'ok=7 changed=1 rescued=1', h2: 'ok=5 changed=1 skipped=1', h3: 'ok=6 changed=1 skipped=1' })
})

test('semantics 80: free: run_once and any_errors_fatal and max_fail_percentage are warned of and have no effect', async (t) => {
  const ran = await run(
    t,
    `- hosts: g
  strategy: free
  max_fail_percentage: 0
  gather_facts: false
  tasks:
    - fail: msg=boom
      any_errors_fatal: true
      when: inventory_hostname == 'h2'
    - command: sleep 0.1
    - debug: msg="{{ ansible_play_hosts | sort | join(' ') }}"
      run_once: true
- hosts: g
  gather_facts: false
  tasks:
    - debug: msg=second
`,
  )
  t.is(ran.code, 2)
  t.deepEqual(ran.messages.toSorted(), ['h1 h1 h3', 'h1 second', 'h3 h1 h3', 'h3 second'])
  for (const word of ['run_once', 'any_errors_fatal', 'max_fail_percentage'])
    t.is(ran.events.filter(({ type, message }) => type === 'warning' && message?.startsWith(`${word} has no effect`)).length, 1, word)
})

test('free: add_host is refused, for it speaks of the whole play', async (t) => {
  const ran = await run(t, '- hosts: g\n  strategy: free\n  gather_facts: false\n  tasks:\n    - add_host: name=x\n')
  t.is(ran.code, 1)
  t.regex(ran.err, /'add_host' is for the play as a whole, and with the strategy free there is no such task\n {2}at site\.yml:5:7/)
})

test('free: end_play lets running tasks end and no host begins another', async (t) => {
  const ran = await run(
    t,
    `- hosts: g
  strategy: free
  gather_facts: false
  tasks:
    - command: sleep {{ 0.2 * (inventory_hostname[1] | int) - 0.15 }}
      notify: hd
    - meta: end_play
      when: inventory_hostname == 'h2'
    - command: sleep 0.3
    - debug: msg=never
  handlers:
    - name: hd
      debug: msg=handler
`,
  )
  t.is(ran.code, 0)
  t.deepEqual(ran.trace.toSorted(), ['changed h1 command', 'changed h1 command', 'changed h2 command', 'changed h3 command'])
})

test('semantics 127: throttle bounds a task over hosts, with free too', async (t) => {
  for (const strategy of ['linear', 'free']) {
    const ran = await run(
      t,
      `- hosts: g
  strategy: ${strategy}
  gather_facts: false
  tasks:
    - name: alone
      shell: mkdir {{ playbook_dir }}/lock && sleep 0.05 && rmdir {{ playbook_dir }}/lock
      throttle: 1
    - name: together
      shell: touch {{ inventory_hostname }}; for i in $(seq 100); do [ -e h1 -a -e h2 -a -e h3 ] && exit 0; sleep 0.05; done; exit 1
      args: {chdir: "{{ playbook_dir }}"}
`,
    )
    t.is(ran.code, 0, strategy)
  }
})

test('forks bound the tasks that run at once, with free too', async (t) => {
  for (const strategy of ['linear', 'free', 'host_pinned']) {
    const ran = await run(
      t,
      `- hosts: g
  strategy: ${strategy}
  gather_facts: false
  tasks:
    - shell: mkdir {{ playbook_dir }}/lock && sleep 0.02 && rmdir {{ playbook_dir }}/lock
    - debug: msg=done
`,
      { argv: ['-f', '1'] },
    )
    t.is(ran.code, 0, strategy)
  }
})

test('host_pinned: a host goes through the whole play before another takes its place', async (t) => {
  const ran = await run(t, `- hosts: g\n  strategy: host_pinned${STEPS}`, { argv: ['-f', '1'] })
  t.deepEqual(
    ran.trace.map((line) => line.split(' ')[1]),
    ['h1', 'h1', 'h2', 'h2', 'h3', 'h3'],
  )
})

test('free: with serial the next batch begins when all of this one are done', async (t) => {
  const ran = await run(t, `- hosts: g\n  strategy: free\n  serial: 2${STEPS}`)
  t.deepEqual(
    ran.trace.slice(0, 4).filter((line) => line.includes('h3')),
    [],
  )
  t.deepEqual(ran.trace.slice(4), ['changed h3 command', 'ok h3 debug'])
})

test('free: a failing host does not stop the others, and is left out of later plays', async (t) => {
  const ran = await run(
    t,
    `- hosts: g
  strategy: free
  gather_facts: false
  tasks:
    - fail: msg=no
      when: inventory_hostname == 'h1'
    - debug: msg=one
- hosts: g
  gather_facts: false
  tasks:
    - debug: msg=two
`,
  )
  t.is(ran.code, 2)
  t.deepEqual(ran.messages.toSorted(), ['h2 one', 'h2 two', 'h3 one', 'h3 two'])
})

test('free: a handler that does not exist ends the whole run, and no host goes on by itself', async (t) => {
  const ran = await run(
    t,
    `- hosts: g
  strategy: free
  gather_facts: false
  tasks:
    - command: sleep {{ 0 if inventory_hostname == 'h1' else 2 }}
      notify: "{{ 'nobody' if inventory_hostname == 'h1' else [] }}"
    - debug: msg=after
`,
  )
  t.is(ran.code, 1)
  t.regex(ran.err, /The requested handler 'nobody' was not found/)
  t.deepEqual(ran.messages, [])
})

test('a strategy that does not exist is refused when the playbook is read', async (t) => {
  const ran = await run(t, '- hosts: g\n  strategy: fre\n  tasks: []\n')
  t.is(ran.code, 1)
  t.is(
    ran.err,
    "ERROR: Invalid play strategy specified: fre\n  at site.yml:2:13\n    1 | - hosts: g\n    2 |   strategy: fre\n      |             ^\n  hint: did you mean 'free'?\n",
  )
})

test('free: what a host waits for on another may come from that host’s own tasks', async (t) => {
  const ran = await run(
    t,
    `- hosts: g
  strategy: free
  gather_facts: false
  tasks:
    - wait_for: {path: "{{ playbook_dir }}/sign", timeout: 20, sleep: 1}
      delegate_to: h1
      when: inventory_hostname != 'h1'
    - command: sleep 0.3
      when: inventory_hostname == 'h1'
    - copy: {dest: "{{ playbook_dir }}/sign", content: ready}
      when: inventory_hostname == 'h1'
`,
  )
  t.deepEqual(ran.recap, { h1: 'ok=2 changed=2 skipped=1', h2: 'ok=1 skipped=2', h3: 'ok=1 skipped=2' })
})
