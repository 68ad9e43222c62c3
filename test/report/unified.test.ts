import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { unified } from '../../runner/report/_unified.ts'

function patched(before: string, after: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'stackrun-diff-'))
  const file = join(dir, 'text')
  writeFileSync(file, before)
  const patch = unified({ beforeName: 'a/text', afterName: 'b/text', before, after })
  writeFileSync(join(dir, 'patch'), `${patch.join('\n')}\n`)
  if (patch.length > 0) execFileSync('patch', ['--quiet', '--fuzz=0', file, join(dir, 'patch')])
  return execFileSync('cat', [file], { encoding: 'utf8' })
}

test('no difference gives no lines', (t) => {
  t.deepEqual(unified({ beforeName: 'a', afterName: 'b', before: 'x\ny\n', after: 'x\ny\n' }), [])
})

test('a changed line is shown with three lines around it', (t) => {
  const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n'
  t.deepEqual(unified({ beforeName: 'old', afterName: 'new', before, after: before.replace('5', 'five') }), [
    '--- old',
    '+++ new',
    '@@ -2,7 +2,7 @@',
    ' 2',
    ' 3',
    ' 4',
    '-5',
    '+five',
    ' 6',
    ' 7',
    ' 8',
  ])
})

test('a new file and an emptied file count from line 0', (t) => {
  t.deepEqual(unified({ beforeName: 'a', afterName: 'b', before: '', after: 'x\n' }).slice(2), ['@@ -0,0 +1 @@', '+x'])
  t.deepEqual(unified({ beforeName: 'a', afterName: 'b', before: 'x\n', after: '' }).slice(2), ['@@ -1 +0,0 @@', '-x'])
})

test('a missing final newline is marked', (t) => {
  t.deepEqual(unified({ beforeName: 'a', afterName: 'b', before: 'x', after: 'x\n' }).slice(2), [
    '@@ -1 +1 @@',
    '-x',
    '\\ No newline at end of file',
    '+x',
  ])
})

test('patch(1) makes the new text of the old one for any texts', (t) => {
  let seed = 7
  const random = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed % n
  }
  for (let round = 0; round < 60; round++) {
    const before = Array.from({ length: random(30) }, () => `line ${String(random(6))}\n`).join('')
    const after = before
      .split('\n')
      .flatMap((line) => (random(4) === 0 ? [] : random(5) === 0 ? [line, `new ${String(random(6))}`] : [line]))
      .join('\n')
    if (after === '') continue
    t.is(patched(before, after), after, JSON.stringify([before, after]))
  }
})

test('texts with nothing in common are replaced as a whole in bounded time', (t) => {
  const text = (word: string): string => Array.from({ length: 20_000 }, (_, i) => `${word} ${String(i)}\n`).join('')
  const start = Date.now()
  t.is(unified({ beforeName: 'a', afterName: 'b', before: text('old'), after: text('new') }).length, 2 + 1 + 40_000)
  t.true(Date.now() - start < 10_000)
})
