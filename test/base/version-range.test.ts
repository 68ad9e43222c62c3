import test from 'ava'
import { compareVersions, meetsVersion } from '../../runner/base/version-range.ts'

test('each part of a requirement must hold', (t) => {
  for (const range of ['*', '', '1.2.3', '==1.2.3', '=1.2.3', '>=1.2', '>=1.0,<2', '!=1.2.4', '<=1.2.3', '>1.2.2'])
    t.true(meetsVersion('1.2.3', range), range)
  for (const range of ['1.2.4', '!=1.2.3', '>=1.0,<1.2', '>1.2.3', '<1.2.3', '2.*']) t.false(meetsVersion('1.2.3', range), range)
})

test('versions are compared by their numbers, and a pre-release comes before its release', (t) => {
  const sorted = ['0.9', '1.0.0-alpha', '1.0.0-beta', '1.0.0', '1.9.0', '1.10.0', '2.0.0']
  t.deepEqual([...sorted].reverse().sort(compareVersions), sorted)
  t.is(compareVersions('1.0', '1.0.0'), 0)
})
