import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folder, run } from './_run.ts'

const HEAD = '- hosts: h1\n  gather_facts: false\n'
const SAY = '#!/bin/sh\n. "$1"\nprintf %s "$json"\n'

/** The answer as a task's argument. */
function saying(answer: Readonly<Record<string, unknown>>): string {
  return `say: {json: '${JSON.stringify(answer)}'}`
}

test('a program of more than one piece is uploaded, run and taken away with its arguments', async (t) => {
  const script = `#!/bin/sh
. "$1"
printf '{"changed": true, "value": "%s", "at": "%s", "holds": "%s"}' "$value" "\${0%/*}" "$(ls "\${0%/*}" | tr '\\n' ' ')"
exit
${'# '.repeat(60_000)}
`
  const ran = await run(t, `${HEAD}  tasks:\n    - {name: Large, large: {value: "it's here"}}\n`, { files: { 'library/large': script } })
  t.is(ran.code, 0, ran.err)
  const data = ran.data('Large')
  t.like(data, { changed: true, value: "it's here", holds: 'args large ' })
  t.false(existsSync(String(data['at'])))
})

const STEERING = [
  'ansible_host',
  'ansible_become_exe',
  'ansible_ssh_common_args',
  'ansible_sh_interpreter',
  'stackrun_known_hosts_file',
  'ansible_remote_tmp',
]

test('a host cannot steer later tasks by the facts that its program tells', async (t) => {
  const facts = Object.fromEntries([...STEERING, 'ansible_connection', 'plain'].map((name) => [name, `evil ${name}`]))
  const playbook = `${HEAD}  tasks:
    - {name: Tell, ${saying({ ansible_facts: facts })}}
    - debug: {msg: "{{ plain }}"}
    - debug: {msg: "{{ [${STEERING.map((name) => `${name} | default('none')`).join(', ')}] | unique }} {{ ansible_connection }}"}
`
  const ran = await run(t, playbook, { files: { 'library/say': SAY } })
  t.is(ran.code, 0, ran.err)
  t.deepEqual(ran.messages, ['h1 evil plain', "h1 ['none'] local"])
})

test('in check mode a program that cannot heed it does not run, and nothing is known of its result', async (t) => {
  const files = { 'library/touches': '#!/bin/sh\n. "$1"\n: >"$path"; echo "{\\"changed\\": true}"\n' }
  const cwd = folder(t)
  const playbook = `${HEAD}  tasks:
    - {name: Touch, touches: {path: "{{ playbook_dir }}/made"}, register: result}
    - {name: After, debug: {msg: hi}, when: result is changed}
`
  const ran = await run(t, playbook, { files, cwd, argv: ['--check'] })
  t.is(ran.code, 0, ran.err)
  t.false(existsSync(join(cwd, 'made')))
  t.deepEqual(ran.trace, ['unknown h1 Touch', 'unknown h1 After'])
})

test('arguments are in no command line: a program sees its secret in its file alone', async (t) => {
  const script = `#!/bin/sh
. "$1"
seen=$(tr '\\0' ' ' </proc/$PPID/cmdline; tr '\\0' ' ' </proc/$$/cmdline)
case $seen in *"$token"*) leaked=true ;; *) leaked=false ;; esac
printf '{"leaked": %s, "mode": "%s", "length": %s}' "$leaked" "$(stat -c %a "$1")" "\${#token}"
`
  const ran = await run(t, `${HEAD}  tasks:\n    - {name: Secret, shows: {token: "s3cr3t-w0rd-in-the-file"}}\n`, {
    files: { 'library/shows': script },
  })
  t.is(ran.code, 0, ran.err)
  t.like(ran.data('Secret'), { leaked: false, mode: '600', length: 23 })
})

test('what it changes notifies handlers, and a failure stops its host', async (t) => {
  const playbook = `${HEAD}  tasks:
    - {name: Change, ${saying({ changed: true })}, notify: tell}
    - {name: No change, ${saying({ changed: false })}, notify: other}
    - meta: flush_handlers
    - {name: Fail, ${saying({ failed: true, msg: 'it broke' })}}
    - {name: Never, debug: {msg: never}}
  handlers:
    - {name: tell, debug: {msg: told}}
    - {name: other, debug: {msg: other}}
`
  const ran = await run(t, playbook, { files: { 'library/say': SAY } })
  t.is(ran.code, 2)
  t.deepEqual(ran.messages, ['h1 told'])
  t.is(ran.data('Fail')['msg'], 'it broke')
})

test("a module's name and reason are told before any host is connected to, wherever in the play it stands", async (t) => {
  const python = '#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n'
  const playbook = `${HEAD}  tasks:\n    - debug: {msg: first}\n    - block:\n        - deploy: {a: 1}\n      when: false\n`
  const ran = await run(t, playbook, { files: { 'library/deploy.py': python } })
  t.is(ran.code, 4)
  t.deepEqual(ran.messages, [])
})

test('the text of the answer is kept whole, in any language', async (t) => {
  const ran = await run(t, `${HEAD}  tasks:\n    - {name: Text, say: {json: '{"text": "größer – 大きい \\u00e9"}'}}\n`, {
    files: { 'library/say': SAY },
  })
  t.is(ran.data('Text')['text'], 'größer – 大きい é')
})

test('a program becomes a job like any other task, and its answer is the result', async (t) => {
  const playbook = `${HEAD}  tasks:
    - {name: Done, ${saying({ changed: true, value: 1 })}, async: 300, poll: 1}
    - {name: Failed, ${saying({ failed: true, msg: 'it broke' })}, async: 300, poll: 1, ignore_errors: true}
`
  const ran = await run(t, playbook, { files: { 'library/say': SAY } })
  t.is(ran.code, 0, ran.err)
  t.like(ran.data('Done'), { changed: true, value: 1, finished: true })
  t.like(ran.data('Failed'), { failed: true, msg: 'it broke', finished: true })
})
