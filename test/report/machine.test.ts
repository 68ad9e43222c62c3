import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Float, record, Secret, Template, Unknown } from '../../runner/base/value.ts'
import { createReport } from '../../runner/report/create.ts'
import { ended, failure, result, started, task, wholeRun } from './_events.ts'
import { options, TextSink } from './_sink.ts'

const mask = (text: string): string => text.replaceAll('hunter22', '***')

test('json: every event is one document a line, places and errors in plain data', async (t) => {
  const out = new TextSink()
  const report = await createReport(options({ out, output: 'json', mask }))
  for (const event of wholeRun()) report.emit(event)
  await report.finish()
  const events: unknown[] = out.text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  t.is(events.length, wholeRun().length)
  t.like(events[0], { type: 'run-start', playbooks: ['site.yml'] })
  t.like(
    events.find((event) => JSON.stringify(event).includes('"failed","data"')),
    {
      host: 'controller',
      task: { source: 'roles/mysql/tasks/main.yml:2:3' },
      result: { error: { code: 'syntax', hint: 'is the package installed?', source: 'roles/mysql/tasks/main.yml:2:3' } },
    },
  )
  t.false(out.text.includes('hunter22'))
})

test('json: a secret that equals a word of the format does not break it, and values become plain data', async (t) => {
  const out = new TextSink()
  const report = await createReport(options({ out, output: 'json', mask: (text) => text.replaceAll('true', '***') }))
  const ref = task(1, 'x')
  const data = record([
    ['yes', true],
    ['text', 'true'],
    ['float', new Float(2)],
    ['secret', new Secret('s')],
    ['unknown', new Unknown('why')],
    ['template', new Template('{{ x }}', undefined)],
  ])
  report.emit(ended(ref, 'a', result('ok', { data })))
  await report.finish()
  t.like(JSON.parse(out.text), {
    result: { data: { yes: true, text: '***', float: 2, secret: '***', unknown: '<unknown: why>', template: '{{ x }}' } },
  })
})

test('junit: a document that an XML parser reads, with counts, failures and no control characters', async (t) => {
  const out = new TextSink()
  const err = new TextSink()
  const report = await createReport(options({ out, err, output: 'junit', mask }))
  for (const event of wholeRun()) report.emit(event)
  const odd = task(9, 'odd "<&>" \u0007 name')
  report.emit(started(odd, ['a']))
  report.emit(ended(odd, 'a', result('unreachable', { error: failure, message: 'gone \u001b[31m' })))
  await report.finish()
  const file = join(mkdtempSync(join(tmpdir(), 'stackrun-junit-')), 'junit.xml')
  const script =
    'import sys, xml.etree.ElementTree as e; r = e.fromstring(sys.stdin.buffer.read()); print(r.get("tests"), r.get("failures"), r.get("errors"), r.get("skipped"), len(r.findall(".//testcase")))'
  t.is(execFileSync('python3', ['-c', script], { input: out.text, encoding: 'utf8' }).trim(), '12 1 1 2 12', file)
  t.true(out.text.includes('name="[a] odd &quot;&lt;&amp;&gt;&quot;  name"'))
  t.true(err.text.startsWith('warning: the group web is empty'))
})

test('journal: a private file of JSON lines, whole after every event', async (t) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'stackrun-journal-')), 'deep/journal')
  const report = await createReport(options({ out: new TextSink(), journal: folder, mask }))
  const [first, ...rest] = wholeRun()
  if (first !== undefined) report.emit(first)
  const [name = ''] = readdirSync(folder)
  t.regex(name, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}-\d+\.jsonl$/)
  const file = join(folder, name)
  t.like(JSON.parse(readFileSync(file, 'utf8')), { type: 'run-start' })
  for (const event of rest) report.emit(event)
  await report.finish()
  t.is(statSync(file).mode & 0o777, 0o600)
  t.is(readFileSync(file, 'utf8').trimEnd().split('\n').length, wholeRun().length)
  t.false(readFileSync(file, 'utf8').includes('hunter22'))
})

test('log: lines with time and level are appended, and all are there when the run ends', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'stackrun-log-')), 'run.log')
  for (let round = 0; round < 2; round++) {
    const report = await createReport(options({ out: new TextSink(), logFile: file, mask }))
    for (const event of wholeRun()) report.emit(event)
    await report.finish()
  }
  const text = readFileSync(file, 'utf8')
  t.is(text.match(/ info {2}run site\.yml\n/g)?.length, 2)
  t.regex(text, /^\d{4}-\d\d-\d\dT[\d:.]+Z error failed controller mysql : Start the server \(0\.10s\)\n {4}Unit mariadb/m)
  t.is(text.match(/recap controller ok=3 changed=2 unreachable=0 failed=1/g)?.length, 2)
  t.false(text.includes('hunter22'))
})
