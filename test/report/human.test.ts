import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import type { RunEvent } from '../../runner/base/event.ts'
import { record } from '../../runner/base/value.ts'
import { createReport, type ReportOptions } from '../../runner/report/create.ts'
import { ended, failure, item, place, play, result, started, task, wholeRun } from './_events.ts'
import { options, TextSink } from './_sink.ts'

async function shown(events: readonly RunEvent[], more: Partial<ReportOptions> = {}): Promise<string> {
  const out = new TextSink()
  const report = await createReport(options({ ...more, out }))
  for (const event of events) report.emit(event)
  await report.finish()
  return out.text
}

test('a run reads as plays, roles and one line for the hosts that ended alike', async (t) => {
  const err = new TextSink()
  const text = await shown(wholeRun(), { err, mask: (each) => each.replaceAll('hunter22', '***') })
  t.is(
    text,
    `
PLAY Controller  (compute, controller)

  common
    ok          Install base tools                              compute, controller  2.3s
    changed     Write /etc/hosts                                controller, compute
                  write /etc/hosts

  mysql
    changed     Create users                                    controller
                  [keystone]
                    create user keystone
                    grant ALL on keystone.*
                  [nova] create user nova
    failed      Start the server                                controller
                  Unit mariadb.service could not be found
                  at roles/mysql/tasks/main.yml:2:3
                    1 | - name: Start the server
                    2 |   service:
                      |   ^
                  hint: is the package installed?
                  stderr | Failed to start mariadb.service
    ok          Start the server                                compute  3.0s

    ok          Say it                                          compute
                  the password is ***

  mysql
    ignored     Restart (handler)                               compute
                  no such unit
                  at roles/mysql/tasks/main.yml:2:3
                    1 | - name: Start the server
                    2 |   service:
                      |   ^

RECAP  in 1m 15s
  compute       ok=5   changed=1   unreachable=0   failed=0   skipped=1   rescued=0   ignored=1
  controller    ok=3   changed=2   unreachable=0   failed=1   skipped=1   rescued=0   ignored=0

Slowest tasks:
      3.0s  mysql : Start the server (compute)
      2.3s  common : Install base tools (controller)

`,
  )
  t.is(err.text, 'warning: the group web is empty\n  at roles/mysql/tasks/main.yml:2:3\n  hint: remove it\n')
})

test('--diff shows unified differences under the change', async (t) => {
  const text = await shown(wholeRun(), { diff: true })
  t.true(
    text.includes(
      '--- /etc/hosts\n                  +++ /etc/hosts\n                  @@ -1,2 +1,2 @@\n                   a\n                  -b\n                  +c\n',
    ),
  )
})

test('hosts that go each at its own pace have rows of their own, with the host in front and the role beside the task', async (t) => {
  const install = task(1, 'nova : Install', { role: 'nova' })
  const database = task(2, 'mysql : Create the database', { role: 'mysql' })
  const restart = task(3, 'mysql : Restart', { role: 'mysql', handler: true })
  const text = await shown([
    { type: 'play-start', at: 0, play, hosts: ['compute', 'controller'], lockstep: false },
    started(install, ['compute']),
    started(database, ['controller']),
    item(install, 'compute', 'nova-compute', result('changed', { changes: ['install nova-compute'] })),
    started(install, ['controller']),
    ended(database, 'controller', result('changed', { changes: ['create nova'] })),
    ended(install, 'controller', result('ok')),
    started(restart, ['controller']),
    { type: 'host-task-result', at: 0, task: install, host: 'compute', looped: true, result: result('changed'), seconds: 12 },
    ended(restart, 'controller', result('failed', { message: 'no such unit' })),
    { type: 'rescued', at: 0, host: 'controller', block: '' },
  ])
  t.is(
    text,
    `
PLAY Controller  (compute, controller)
    changed     controller  mysql : Create the database
                  create nova
    ok          controller  nova : Install
    changed     compute     nova : Install  12.0s
                  [nova-compute] install nova-compute
    failed      controller  mysql : Restart (handler)
                  no such unit
                  at roles/mysql/tasks/main.yml:2:3
                    1 | - name: Start the server
                    2 |   service:
                      |   ^
    rescued     controller  block
`,
  )
})

test('-v shows skipped tasks with their reason and the results', async (t) => {
  const text = await shown(wholeRun(), { verbosity: 1 })
  t.regex(text, /skipped {5}Only on Sundays +compute, controller\n +the condition is false\n/)
  t.regex(text, /\n +rc: 5\n/)
})

test('-vv says where each task is written', async (t) => {
  t.regex(await shown(wholeRun(), { verbosity: 2 }), /Install base tools.*\n +at roles\/mysql\/tasks\/main\.yml:2:3\n/)
})

test('check mode says what it cannot know, and sums up what would change', async (t) => {
  const ref = task(1, 'Run it', { action: 'command' })
  const text = await shown([
    { type: 'run-start', at: 0, playbooks: [], checkMode: true },
    started(ref, ['a', 'b']),
    ended(ref, 'a', result('unknown', { message: 'what the command does cannot be known' })),
    ended(ref, 'b', result('changed')),
    {
      type: 'run-end',
      at: 0,
      seconds: 1,
      hosts: {
        a: { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, unknown: 1 },
        b: { ok: 1, changed: 1, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, unknown: 0 },
      },
    },
  ])
  t.regex(text, /unknown {5}Run it +a\n +what the command does cannot be known\n/)
  t.regex(text, /\n {2}a +ok=0 .* unknown=1\n/)
  t.true(text.endsWith('Check mode: would change 1 host-task; 1 unknown\n\n'))
})

test('a failure is shown at once, before the other hosts are done', async (t) => {
  const out = new TextSink()
  const report = await createReport(options({ out }))
  const ref = task(1, 'Start')
  report.emit(started(ref, ['a', 'b']))
  report.emit(ended(ref, 'a', result('ok')))
  t.is(out.text, '')
  report.emit(ended(ref, 'b', result('failed', { error: failure })))
  t.regex(out.text, /ok +Start +a\n.*failed +Start +b\n/s)
  await report.finish()
})

test('a censored failure says nothing of its result', async (t) => {
  const ref = task(1, 'Set the password')
  const text = await shown([
    started(ref, ['a']),
    ended(ref, 'a', result('failed', { censored: true, message: 'secret stuff', data: record([['stderr', 'secret stuff']]) })),
  ])
  t.false(text.includes('secret'))
  t.true(text.includes('hidden by no_log'))
})

test("a failed item's own message and output are shown with its label", async (t) => {
  const ref = task(1, 'Make')
  const text = await shown([
    started(ref, ['a']),
    item(ref, 'a', 'one', result('failed', { message: 'no room', data: record([['stderr', 'No space left on device']]) })),
    {
      type: 'host-task-result',
      at: 0,
      task: ref,
      host: 'a',
      looped: true,
      result: result('failed', { message: 'One or more items failed: no room' }),
      seconds: 0,
    },
  ])
  t.regex(text, /\[one\]\n +no room\n/)
  t.regex(text, /stderr \| No space left on device\n/)
})

test('long output of a failure is cut to its end', async (t) => {
  const ref = task(1, 'Build')
  const stdout = Array.from({ length: 40 }, (_, at) => `line ${String(at)}`).join('\n')
  const text = await shown([
    started(ref, ['a']),
    ended(ref, 'a', result('failed', { message: 'rc 1', data: record([['stdout', stdout]]) })),
  ])
  t.false(text.includes('line 27\n'))
  t.true(text.includes('stdout | … 28 lines before\n'))
  t.true(text.includes('stdout | line 39\n'))
})

test('an error that ends the run goes to stderr with its place, trace and hint', async (t) => {
  const err = new TextSink()
  const error = new RunnerError('undefined', "'db_host' is undefined", {
    source: place,
    hint: 'did you mean db_hosts?',
    trace: ['used by task vars'],
  })
  await shown([{ type: 'error', at: 0, error }], { err })
  t.is(
    err.text,
    "ERROR: 'db_host' is undefined\n  at roles/mysql/tasks/main.yml:2:3\n    1 | - name: Start the server\n    2 |   service:\n      |   ^\n  used by task vars\n  hint: did you mean db_hosts?\n",
  )
})

test('no secret text gets out by any way: heading, change, diff, message, error', async (t) => {
  const err = new TextSink()
  const ref = task(1, 's3cret')
  const text = await shown(
    [
      { type: 'play-start', at: 0, play: { ...play, name: 's3cret' }, hosts: ['a'], lockstep: true },
      started(ref, ['a']),
      ended(
        ref,
        'a',
        result('changed', { changes: ['set s3cret'], diffs: [{ beforeName: 's3cret', afterName: 'b', before: 's3cret', after: 'x' }] }),
      ),
      { type: 'error', at: 0, error: new RunnerError('bug', 's3cret', { trace: ['s3cret'], hint: 's3cret' }) },
    ],
    { err, diff: true, verbosity: 3, mask: (each) => each.replaceAll('s3cret', '***') },
  )
  t.false((text + err.text).includes('s3cret'))
})

test('on a terminal a status line shows what runs where, and lines go above it', async (t) => {
  const out = new TextSink('terminal')
  const report = await createReport(options({ out }))
  const ref = task(1, 'Install')
  const now = Date.now()
  report.emit(started(ref, ['a', 'b']))
  report.emit({ type: 'host-task-start', at: now - 5000, task: ref, host: 'a' })
  report.emit({ type: 'host-task-start', at: now - 3000, task: ref, host: 'b' })
  report.emit(ended(ref, 'b', result('ok')))
  t.regex(out.text, /\r\u001b\[2KInstall {2}a 5\.\ds$/)
  report.emit({ type: 'output', at: now, task: ref, host: 'a', stream: 'stdout', text: 'Reading lists\nBuild' })
  t.regex(out.text, /\r\u001b\[2K {4}running {5}Install\n {6}a \| Reading lists\nInstall {2}a 5\.\ds$/)
  report.emit(ended(ref, 'a', result('ok')))
  await report.finish()
  t.true(out.text.endsWith('\r\u001b[2K'))
})

test('output of short commands is not shown live, and none where there is no terminal', async (t) => {
  for (const kind of ['terminal', 'file'] as const) {
    const out = new TextSink(kind)
    const report = await createReport(options({ out }))
    const ref = task(1, 'Install')
    report.emit({ type: 'host-task-start', at: 1000, task: ref, host: 'a' })
    report.emit({ type: 'output', at: kind === 'terminal' ? 2900 : 9000, task: ref, host: 'a', stream: 'stdout', text: 'Reading lists\n' })
    t.false(out.text.includes('Reading lists'), kind)
    await report.finish()
  }
})
