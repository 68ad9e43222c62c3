import test from 'ava'
import { RunnerError } from '../../../runner/base/error.ts'
import { readTimeline } from '../../../runner/report/timeline/spans.ts'
import { timelineSvg } from '../../../runner/report/timeline/svg.ts'
import { timelineTable } from '../../../runner/report/timeline/table.ts'

interface Done {
  readonly host: string
  readonly at: number
  readonly seconds: number
  readonly name: string
  readonly role?: string
  readonly status?: string
}

const line = (event: object): string => JSON.stringify(event)

function done({ host, at, seconds, name, role, status = 'ok' }: Done): string {
  return line({ type: 'host-task-result', at, host, seconds, task: { name, role }, result: { status } })
}

const JOURNAL = [
  line({ type: 'run-start', at: 1000 }),
  line({ type: 'play-start', at: 1000, play: { name: 'The cloud' } }),
  done({ host: 'a', at: 11_000, seconds: 10, name: 'db : Install', role: 'db' }),
  done({ host: 'b', at: 6000, seconds: 5, name: 'web : Install <it>', role: 'web' }),
  done({ host: 'a', at: 12_000, seconds: 1, name: 'db : Start', role: 'db' }),
  done({ host: 'a', at: 12_000, seconds: 0, name: 'web : Install <it>', role: 'web', status: 'skipped' }),
  done({ host: 'a', at: 13_000, seconds: 1, name: 'db : Ask', role: 'db' }),
  line({ type: 'play-start', at: 13_000, play: { name: 'Verify' } }),
  done({ host: 'a', at: 21_000, seconds: 8, name: 'Look' }),
  line({ type: 'run-end', at: 21_000 }),
].join('\n')

test('tasks of one role in one play are one span; skipped ones do not part it', (t) => {
  const { hosts, plays, spans, length } = readTimeline(JOURNAL, 'j')
  t.deepEqual(hosts, ['a', 'b'])
  t.deepEqual(plays, [
    { name: 'The cloud', from: 0 },
    { name: 'Verify', from: 12_000 },
  ])
  t.is(length, 20_000)
  t.deepEqual(
    spans.map(({ host, label, from, to, tasks }) => [host, label, from, to, tasks.length]),
    [
      ['a', 'db', 0, 12_000, 3],
      ['b', 'web', 0, 5000, 1],
      ['a', 'Verify', 12_000, 20_000, 1],
    ],
  )
})

test('the table tells each phase with its longest task', (t) => {
  t.is(
    timelineTable(readTimeline(JOURNAL, 'j')),
    [
      '  0:00  The cloud',
      '    0:00 -   0:12     12.0s  a            db             Install 10.0s',
      '    0:00 -   0:05      5.0s  b            web            Install <it> 5.0s',
      '  0:12  Verify',
      '    0:12 -   0:20      8.0s  a            Verify         Look 8.0s',
      '  0:20  end',
      '',
    ].join('\n'),
  )
})

test('the picture escapes what it shows and has a bar for each span', (t) => {
  const svg = timelineSvg(readTimeline(JOURNAL, 'j'))
  t.true(svg.includes('<title>Install &lt;it&gt;: 5.0s, ok</title>'))
  t.false(svg.includes('<it>'))
  for (const title of ['db: 12.0s', 'web: 5.0s', 'Verify: 8.0s']) t.true(svg.includes(`<title>${title}</title>`), title)
})

test('the half line of a killed run is left out; any other is an error with its place', (t) => {
  t.is(readTimeline(`${JOURNAL}\n{"type":"host-ta`, 'j').spans.length, 3)
  const error = t.throws(() => readTimeline(`${JOURNAL}\nnot JSON\n${JOURNAL}`, 'j'), { instanceOf: RunnerError })
  t.regex(error.message, /^j:11: not an event/)
  t.throws(() => readTimeline('{}', 'j'), { message: /^j is not the journal of a run/ })
})
