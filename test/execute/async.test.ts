import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { folder, type Ran, run } from './_run.ts'

/** Tasks on h1; jobs are kept in the test's own folder. */
function play(t: ExecutionContext, tasks: string, argv: readonly string[] = []): Promise<Ran> {
  return run(t, `- hosts: h1\n  gather_facts: false\n  vars: {ansible_async_dir: "{{ playbook_dir }}/jobs"}\n  tasks:\n${tasks}`, { argv })
}

const WAIT = `    - name: wait
      async_status: jid={{ job.ansible_job_id }}
      register: end
      until: end is finished
      retries: 100
      delay: 0.05
`

test('semantics 129: poll 0 starts a job, and async_status tells its result as if it had been waited for', async (t) => {
  const ran = await play(
    t,
    `    - name: start
      command: sh -c 'echo out; echo err >&2; sleep 0.2'
      async: 10
      poll: 0
      register: job
    - debug: msg="{{ job is started }} {{ job is finished }} {{ job is changed }}"
    - name: first
      async_status: jid={{ job.ansible_job_id }}
${WAIT}    - debug: msg="{{ end is success }} {{ end.rc }}"
    - name: gone
      async_status: jid={{ job.ansible_job_id }} mode=cleanup
`,
  )
  t.is(ran.code, 0)
  const { ansible_job_id: id, results_file: file, ...started } = ran.data('start')
  t.deepEqual(started, { changed: true, failed: false, started: true, finished: false })
  t.like(ran.data('first'), {
    started: true,
    finished: false,
    changed: false,
    stdout: '',
    stderr: '',
    ansible_job_id: id,
    results_file: file,
  })
  t.like(ran.data('wait'), {
    started: true,
    finished: true,
    changed: true,
    cmd: ['sh', '-c', 'echo out; echo err >&2; sleep 0.2'],
    rc: 0,
    stdout: 'out',
    stdout_lines: ['out'],
    stderr: 'err',
    ansible_job_id: id,
    results_file: file,
  })
  t.like(ran.data('gone'), { ansible_job_id: id, erased: file, started: false, finished: false })
  t.deepEqual(ran.messages, ['h1 True False True', 'h1 True 0'])
  t.false(existsSync(String(file)))
})

test('semantics 129: async_status of an unknown job fails, with started and finished set', async (t) => {
  for (const jid of ['j1.2', '../../etc/passwd']) {
    const ran = await play(t, `    - {name: ask, async_status: {jid: ${jid}}}\n    - debug: msg=never\n`)
    t.is(ran.code, 2)
    t.like(ran.data('ask'), { msg: 'could not find job', started: true, finished: true, ansible_job_id: jid, failed: true })
  }
})

test('semantics 129: with poll a task waits for its job, and its result is the job\u2019s', async (t) => {
  const ran = await play(
    t,
    `    - {name: good, shell: echo hi, async: 10, poll: 1}
    - {name: bad, shell: echo no; exit 3, async: 10, ignore_errors: true}
    - {name: late, shell: sleep 30, async: 1, poll: 1, ignore_errors: true}
    - {name: judged, shell: echo hi, async: 10, register: r, failed_when: "'hi' in r.stdout", changed_when: false, ignore_errors: true}
    - {name: none, command: echo hi creates=/tmp, async: 10}
    - {name: plain, command: echo hi, async: 0, poll: 0}
`,
  )
  t.like(ran.data('good'), { changed: true, rc: 0, stdout: 'hi', started: true, finished: true })
  t.like(ran.data('bad'), { failed: true, rc: 3, stdout: 'no', msg: 'non-zero return code', finished: true })
  t.like(ran.data('late'), { failed: true, msg: 'async task did not complete within the requested time - 1s' })
  t.like(ran.data('late')['async_result'], { started: true, finished: false })
  t.like(ran.data('judged'), { failed: true, failed_when_result: true, changed: false })
  t.like(ran.data('none'), { changed: false, stdout: 'skipped, since /tmp exists', finished: true })
  t.is(ran.data('plain')['ansible_job_id'], undefined)
})

test('semantics 129: a job at its limit is killed, and says so', async (t) => {
  const ran = await play(t, `    - {name: start, shell: sleep 30, async: 1, poll: 0, register: job}\n${WAIT}`)
  t.is(ran.code, 2)
  t.like(ran.data('wait'), { failed: true, msg: 'Timeout exceeded', finished: true })
})

test('async: each item of a loop is a job of its own', async (t) => {
  const ran = await play(
    t,
    `    - {name: start, command: "echo {{ item }}", loop: [1, 2], async: 10, poll: 0, register: jobs}
    - name: wait
      async_status: {jid: "{{ item.ansible_job_id }}"}
      loop: "{{ jobs.results }}"
      loop_control: {label: "{{ item.item }}"}
      register: ends
      until: ends is finished
      retries: 100
      delay: 0.05
    - debug: msg="{{ ends.results | map(attribute='stdout') | list }}"
`,
  )
  t.deepEqual(ran.messages, ['h1 ["1","2"]'])
})

test('async: other modules run as jobs too, and make their own results', async (t) => {
  const ran = await play(
    t,
    `    - {name: folder, file: {path: "{{ playbook_dir }}/made", state: directory, mode: "0750"}, async: 10}
    - {name: text, copy: {dest: "{{ playbook_dir }}/made/text", content: "some text\\n"}, async: 10}
    - {name: again, copy: {dest: "{{ playbook_dir }}/made/text", content: "some text\\n"}, async: 10, poll: 0, register: job}
${WAIT}`,
  )
  t.is(ran.code, 0, ran.err)
  t.like(ran.data('folder'), { changed: true, mode: '0750', state: 'directory', finished: true })
  t.like(ran.data('text'), { changed: true, finished: true })
  t.like(ran.data('wait'), { changed: false, finished: true })
})

test('async: a plan that needs the controller is carried out at once, and async_status knows its result', async (t) => {
  const server = createServer((_request, response) => response.end('pong'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const ran = await play(
    t,
    `    - {name: start, uri: {url: "http://127.0.0.1:${String(port)}/", return_content: true}, async: 10, poll: 0, register: job}\n${WAIT}`,
  )
  server.close()
  t.is(ran.code, 0, ran.err)
  t.like(ran.data('start'), { status: 200, content: 'pong', started: true, finished: true })
  t.like(ran.data('wait'), { status: 200, content: 'pong', finished: true })
})

test('async: what the controller itself does cannot be a job', async (t) => {
  const ran = await play(t, '    - {name: say, debug: {msg: hi}, async: 5, poll: 0, ignore_errors: true}\n')
  t.is(ran.data('say')['msg'], 'This action (debug) does not support async.')
})

test('async: a later run knows the job by its result file', async (t) => {
  const cwd = folder(t)
  const vars = 'gather_facts: false\n  vars: {ansible_async_dir: "{{ playbook_dir }}/jobs"}'
  const first = await run(
    t,
    `- hosts: h1\n  ${vars}\n  tasks:\n    - {name: start, shell: "printf 'a\\\\tb\\\\n\\"c\\"\\\\n'; exit 4", async: 10, poll: 0, register: job}\n    - copy: {dest: "{{ playbook_dir }}/id", content: "{{ job.ansible_job_id }}"}\n`,
    { cwd },
  )
  t.is(first.code, 0, first.err)
  const id = readFileSync(join(cwd, 'id'), 'utf8')
  const second = await run(t, `- hosts: h1\n  ${vars}\n  tasks:\n    - {set_fact: {job: {ansible_job_id: ${id}}}}\n${WAIT}`, { cwd })
  t.is(second.code, 2)
  t.like(second.data('wait'), {
    failed: true,
    rc: 4,
    stdout: 'a\tb\n"c"',
    stdout_lines: ['a\tb', '"c"'],
    msg: 'non-zero return code',
    finished: true,
    ansible_job_id: id,
  })
})

test('async: secrets stay out of the files of the host', async (t) => {
  const cwd = folder(t)
  await run(
    t,
    `- hosts: h1
  gather_facts: false
  vars: {ansible_async_dir: "{{ playbook_dir }}/jobs"}
  vars_prompt: [{name: word}]
  tasks:
    - {name: start, shell: "echo {{ word }} >/dev/null", async: 10}
    - {name: done, command: "echo {{ word }} creates=/tmp", async: 10}
`,
    { cwd, input: 'opensesame\n' },
  )
  const { execFileSync } = await import('node:child_process')
  const files = execFileSync('grep', ['-rlE', 'cmd', join(cwd, 'jobs')]).toString()
  t.is(files.trim().split('\n').length, 2)
  t.throws(() => execFileSync('grep', ['-r', 'opensesame', join(cwd, 'jobs')]))
})

test('async: in check mode the module is predicted as always', async (t) => {
  const ran = await play(t, '    - {name: d, file: {path: "{{ playbook_dir }}/x", state: directory}, async: 10, poll: 0}\n', ['--check'])
  t.deepEqual(ran.trace, ['changed h1 d'])
  t.is(ran.data('d')['ansible_job_id'], undefined)
})
