import test from 'ava'
import { measure, median, readRecap } from '../../bench/measure.ts'
import { run } from '../../lab/child.ts'

test('the median of an even number of samples lies between the middle two', (t) => {
  t.is(median([5, 1, 3]), 3)
  t.is(median([4, 1, 2, 3]), 2.5)
})

test('a recap is counted over its hosts', (t) => {
  const text = 'node01 : ok=50 changed=1 unreachable=0    failed=0 skipped=1\nnode02 : ok=49   changed=2    unreachable=1    failed=3\n'
  t.deepEqual(readRecap(text), { hosts: 2, changed: 3, bad: 4 })
  t.deepEqual(readRecap('nothing'), { hosts: 0, changed: 0, bad: 0 })
})

test('the processor time of a program and of its children is counted', async (t) => {
  const busy = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'
  const signal = AbortSignal.timeout(20_000)
  const sample = await measure(() => run(['sh', '-c', `sh -c '${busy}'; exit 0`], { signal }))
  t.true(sample.cpu >= 0.02, String(sample.cpu))
  t.true(sample.wall >= sample.cpu * 0.5)
})
