import test from 'ava'
import { md5Crypt } from '../../runner/template/filters/crypt.ts'
import { run } from './_run.ts'

const PROMPTS = `- hosts: "{{ where }}"
  gather_facts: false
  vars: {base: 5}
  vars_prompt:
    - {name: where, default: h1, private: false}
    - {name: secret, prompt: "Secret of {{ base }}", confirm: true}
    - {name: sum, private: false}
    - {name: raw, private: false, unsafe: true}
    - {name: hashed, encrypt: md5_crypt, salt: abcdefgh, default: hello}
    - {name: given}
  tasks:
    - debug: msg="{{ secret | length }} {{ sum }} {{ raw }} {{ given }}"
    - debug: msg="{{ hashed }}"
    - debug: msg="{{ secret }}"
`

test('semantics 113: vars_prompt asks, again where the confirmation differs, and not for what -e gives', async (t) => {
  const ran = await run(t, PROMPTS, {
    input: 'h2\nsesame1\nsesame2\nsesame3\nsesame3\n{{ base + 1 }}\n{{ base }}\n\n',
    argv: ['-e', 'given=7'],
  })
  t.is(ran.code, 0, ran.err)
  t.deepEqual(ran.messages, ['h2 7 6 {{ base }} 7', `h2 ${md5Crypt('hello', 'abcdefgh')}`, 'h2 ***'])
  const err = ran.err.replaceAll('\r', '')
  for (const shown of [
    'where [h1]: h2\n',
    'Secret of 5: \nconfirm Secret of 5: \n***** VALUES ENTERED DO NOT MATCH ****\nSecret of 5: \n',
    'sum: {{ base + 1 }}\n',
  ])
    t.true(err.includes(shown), err)
})

test('semantics 113: without a terminal vars_prompt takes the default, else the text None, and warns once', async (t) => {
  const ran = await run(t, PROMPTS, { argv: ['-e', 'given=7'] })
  t.is(ran.messages[0], 'h1 4 None None 7')
  t.is(ran.err.split('Not prompting as we are not in interactive mode').length, 2)
})

test('vars_prompt: what it does not know is refused when the playbook is read', async (t) => {
  for (const [entry, message] of [
    ['{prompt: x}', "Invalid vars_prompt data structure, missing 'name' key"],
    ['{name: a, promt: x}', "'promt' is not a valid attribute for a vars_prompt"],
    ['{name: 1a}', 'the name in vars_prompt must be a valid variable name'],
    ['a', 'an entry of vars_prompt must be a mapping'],
  ] as const) {
    const ran = await run(t, `- hosts: g\n  vars_prompt:\n    - ${entry}\n  tasks: []\n`)
    t.is(ran.code, 4)
    t.true(ran.err.startsWith(`ERROR: ${message}\n  at site.yml:3:`), ran.err)
  }
})

test('pause waits for an answer once for the play, and without a terminal says so', async (t) => {
  const playbook = `- hosts: g
  gather_facts: false
  tasks:
    - pause: {prompt: Really}
      register: answer
    - debug: msg="{{ answer.user_input | default('none') }}"
`
  const asked = await run(t, playbook, { input: 'yes indeed\n' })
  t.deepEqual(asked.trace.slice(0, 2), ['ok h1 pause', 'ok h1 debug'])
  t.deepEqual(asked.messages, ['h1 yes indeed', 'h2 none', 'h3 none'])
  t.regex(asked.err, /^\[pause\]\nReally: yes indeed/)
  const silent = await run(t, playbook)
  t.deepEqual(silent.messages, ['h1 ', 'h2 none', 'h3 none'])
  t.regex(silent.err, /Not waiting for response to prompt as stdin is not interactive/)
})

test('pause for a time: at least a second, told in the unit that was given', async (t) => {
  const ran = await run(
    t,
    '- hosts: h1\n  gather_facts: false\n  tasks:\n    - {name: s, pause: {seconds: 0}}\n    - {name: m, pause: {minutes: 0.01}}\n',
  )
  t.regex(String(ran.data('s')['stdout']), /^Paused for [1-9]\.\d+ seconds$/)
  t.regex(String(ran.data('m')['stdout']), /^Paused for 0\.(?!01)\d+ minutes$/)
})

const FAILING = `
  gather_facts: false
  vars: {wanted: broken}
  tasks:
    - name: check
      assert:
        that: wanted == 'fine'
        fail_msg: "it is {{ wanted }}"
    - debug: msg=after
`

test('strategy debug: a failed task can be looked at, mended and run again', async (t) => {
  const input = [
    'p task',
    'p task.args',
    "p task_vars['wanted']",
    'p result._result.msg',
    'host',
    'p nothing',
    "task_vars['wanted'] = 'fi' ~ 'ne'",
    'r',
  ]
  const ran = await run(t, `- hosts: h1\n  strategy: debug${FAILING}`, { input: `${input.join('\n')}\n` })
  t.is(ran.code, 0)
  t.deepEqual(ran.trace, ['failed h1 check', 'ok h1 check', 'ok h1 debug'])
  t.deepEqual(ran.recap, { h1: 'ok=2' })
  const err = ran.err.replaceAll('\r', '')
  for (const shown of [
    '[h1] check (debug)>: p task\n',
    '"name": "check"',
    '"fail_msg": "it is broken"',
    '"broken"\n',
    '"it is broken"\n',
    '"h1"\n',
    "*** 'nothing' is undefined",
  ])
    t.true(err.includes(shown), `${shown} in ${err}`)
})

test('debugger: arguments can be changed, and u takes the written ones back', async (t) => {
  const playbook = `- hosts: h1
  gather_facts: false
  vars: {ok: true}
  tasks:
    - name: run
      command: /bin/false
      debugger: on_failed
`
  const mended = await run(t, playbook, { input: "task.args['_raw_params'] = 'echo {{ ok }}'\nr\n" })
  t.is(mended.code, 0)
  t.deepEqual(mended.trace, ['failed h1 run', 'changed h1 run'])
  const undone = await run(t, playbook, { input: "task.args['_raw_params'] = 'true'\nu\nredo\nc\n" })
  t.is(undone.code, 2)
  t.deepEqual(undone.trace, ['failed h1 run', 'failed h1 run'])
  t.deepEqual(undone.recap, { h1: 'failed=1' })
})

test('debugger: q ends the run with 99, and so does the end of the input', async (t) => {
  for (const input of ['q\n', '']) {
    const ran = await run(t, `- hosts: h1\n  debugger: always${FAILING}`, { input })
    t.is(ran.code, 99)
    t.deepEqual(ran.trace, ['failed h1 check'])
  }
})

test('debugger: always, on_skipped and never decide when it comes; without a terminal it does not', async (t) => {
  const playbook = `- hosts: h1
  gather_facts: false
  strategy: debug
  tasks:
    - {name: always, debug: msg=1, debugger: always}
    - {name: skipped, debug: msg=1, debugger: on_skipped, when: false}
    - {name: unskipped, debug: msg=1, debugger: on_skipped}
    - {name: never, fail: msg=no, debugger: never}
`
  const ran = await run(t, playbook, { input: 'c\nc\nc\n' })
  t.deepEqual(
    [...ran.err.matchAll(/\[h1\] (\w+) \(debug\)/g)].map((match) => match[1]),
    ['always', 'skipped'],
  )
  const silent = await run(t, playbook)
  t.is(silent.code, 2)
  t.regex(silent.err, /the task debugger asks nobody: there is no terminal/)
  const wrong = await run(t, '- hosts: h1\n  tasks:\n    - debug: msg=1\n      debugger: sometimes\n')
  t.is(wrong.code, 4)
  t.regex(wrong.err, /'sometimes' is not a valid value for debugger. Must be one of always, never, on_failed, on_unreachable, on_skipped/)
})
