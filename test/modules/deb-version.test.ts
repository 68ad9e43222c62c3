import { spawnSync } from 'node:child_process'
import test from 'ava'
import { compareVersions, versionMatches } from '../../modules/_deb-version.ts'

const VERSIONS = [
  '1.0',
  '1.0-1',
  '1.0~rc1',
  '1.0+dfsg',
  '1:0.9',
  '1.10',
  '1.9',
  '1.0-1+deb12u1',
  '1.0-1~bpo11+1',
  '2.0a',
  '2.0.a',
  '2.0',
  '0',
  '1.0-0',
  '09',
  '9',
  '1.0~',
  '1.0~~a',
  '22.0.2-3+deb12u1',
]

test('versions are ordered as dpkg orders them', (t) => {
  for (const a of VERSIONS) {
    for (const b of VERSIONS) {
      const isOlder = spawnSync('dpkg', ['--compare-versions', a, 'lt', b]).status === 0
      t.is(compareVersions(a, b) < 0, isOlder, `${a} < ${b}`)
    }
  }
})

test('a version with a pattern matches like a file name', (t) => {
  t.true(versionMatches('1:10.11.4-1', { operator: '=', version: '1:10.11*' }))
  t.false(versionMatches('1:10.12.4-1', { operator: '=', version: '1:10.11*' }))
  t.false(versionMatches('1x0', { operator: '=', version: '1.0' }))
  t.true(versionMatches('1.10', { operator: '>=', version: '1.9' }))
})
