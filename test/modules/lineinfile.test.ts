import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import lineinfile from '../../modules/lineinfile.ts'
import { parseArgs, runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'lineinfile-'))
test.after.always(() => rmSync(folder, { recursive: true }))

let files = 0
async function edit(text: string, args: Record<string, unknown>): Promise<readonly [string, unknown]> {
  files += 1
  const path = join(folder, `file${String(files)}`)
  writeFileSync(path, text)
  const { first, second } = await runTwice(lineinfile, { path, ...args })
  if (second.status !== 'ok') throw new Error(`the second run was ${second.status}: ${second.failure ?? ''}`)
  return [readFileSync(path, 'utf8'), first.data['msg']]
}

test('the last line that matches is replaced, or the first when told so', async (t) => {
  t.deepEqual(await edit('a=1\na=2\n', { regexp: '^a=', line: 'a=3' }), ['a=1\na=3\n', 'line replaced'])
  t.deepEqual(await edit('a=1\na=2\n', { regexp: '^a=', line: 'a=3', firstmatch: true }), ['a=3\na=2\n', 'line replaced'])
  t.deepEqual(await edit('a.b=1\naxb=2\n', { search_string: 'a.b', line: 'a.b=3' }), ['a.b=3\naxb=2\n', 'line replaced'])
})

test('a line goes to the end, to the start, after or before what matches', async (t) => {
  t.deepEqual(await edit('a\nb', { line: 'c' }), ['a\nb\nc\n', 'line added'])
  t.deepEqual(await edit('a\nb\n', { line: 'c', insertbefore: 'BOF' }), ['c\na\nb\n', 'line added'])
  t.deepEqual(await edit('a\nb\na\n', { line: 'c', insertafter: '^a' }), ['a\nb\na\nc\n', 'line added'])
  t.deepEqual(await edit('a\nb\na\n', { line: 'c', insertafter: '^a', firstmatch: true }), ['a\nc\nb\na\n', 'line added'])
  t.deepEqual(await edit('a\nb\na\n', { line: 'c', insertbefore: '^a' }), ['a\nb\nc\na\n', 'line added'])
  t.deepEqual(await edit('a\nb\n', { line: 'c', insertafter: '^x' }), ['a\nb\nc\n', 'line added'])
  t.deepEqual(await edit('a\nb\n', { line: 'a', insertafter: '^b' }), ['a\nb\n', ''])
})

test('groups of the expression go into the line; without a match nothing is done', async (t) => {
  t.deepEqual(await edit('host=old # x\n', { regexp: '^(?P<key>host)=\\S+(.*)$', line: '\\g<key>=new\\2', backrefs: true }), [
    'host=new # x\n',
    'line replaced',
  ])
  t.deepEqual(await edit('a\n', { regexp: '^b(.)', line: 'c\\1', backrefs: true }), ['a\n', ''])
})

test('lines that match go', async (t) => {
  t.deepEqual(await edit('a\nb\nab\n', { regexp: 'a', state: 'absent' }), ['b\n', '2 line(s) removed'])
  t.deepEqual(await edit('a\nb\nab\n', { line: 'a', state: 'absent' }), ['b\nab\n', '1 line(s) removed'])
})

test('expressions are Python’s: flags in front, \\Z, $ before the last newline', async (t) => {
  t.deepEqual(await edit('Alpha\n', { regexp: '(?i)^alpha$', line: 'beta' }), ['beta\n', 'line replaced'])
  t.deepEqual(await edit('x]y\n', { regexp: '[]]', line: 'z' }), ['z\n', 'line replaced'])
  const run = await runModule(lineinfile, { path: join(folder, 'bad'), regexp: '(a', line: 'b', create: true })
  t.is(run.status, 'failed')
  t.regex(run.failure ?? '', /invalid regular expression/)
})

test('the mode stays, a link is followed, a backup is kept', async (t) => {
  const path = join(folder, 'real')
  writeFileSync(path, 'a\n')
  chmodSync(path, 0o604)
  symlinkSync('real', join(folder, 'link'))
  const run = await runModule(lineinfile, { path: join(folder, 'link'), line: 'b', backup: true })
  t.true(lstatSync(join(folder, 'link')).isSymbolicLink())
  t.is(readFileSync(path, 'utf8'), 'a\nb\n')
  t.is(statSync(path).mode & 0o777, 0o604)
  t.is(readFileSync(String(run.data['backup']), 'utf8'), 'a\n')
  t.regex(String(run.data['backup']), /real\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/)
})

test('a file that is not there fails, or is made', async (t) => {
  const path = join(folder, 'sub/new')
  const missing = await runModule(lineinfile, { path, line: 'a' })
  t.is(missing.failure, `Destination ${path} does not exist !`)
  t.is(missing.data['rc'], 257)
  const { first, second } = await runTwice(lineinfile, { path, line: 'a', create: true, mode: 'u=rw,go=' })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.is(statSync(path).mode & 0o777, 0o600)
  t.is((await runModule(lineinfile, { path: join(folder, 'none'), line: 'a', state: 'absent' })).data['msg'], 'file not present')
})

test('a validation that refuses leaves the old file and nothing beside it', async (t) => {
  const place = mkdtempSync(join(folder, 'validate-'))
  const path = join(place, 'file')
  writeFileSync(path, 'a\n')
  const run = await runModule(lineinfile, { path, line: 'b', validate: 'grep -q zzz %s' })
  t.is(run.status, 'failed')
  t.is(readFileSync(path, 'utf8'), 'a\n')
  t.deepEqual(readdirSync(place), ['file'])
})

test('combinations that make no sense are refused', (t) => {
  const refuses = (args: Record<string, unknown>, message: RegExp): void => {
    t.throws(() => parseArgs(lineinfile, { path: '/x', ...args }), { message })
  }
  refuses({}, /line is required with state=present/)
  refuses({ state: 'absent' }, /one of line, search_string, or regexp/)
  refuses({ line: 'a', insertafter: 'x', insertbefore: 'y' }, /insertbefore\|insertafter/)
  refuses({ line: 'a', backrefs: true }, /regexp is required/)
  refuses({ line: 'a', validate: 'true' }, /must contain %s/)
})
