import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import copy from '../../modules/copy.ts'
import template from '../../modules/template.ts'
import { Secret } from '../../runner/base/value.ts'
import { parseArgs, runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'copy-'))
test.after.always(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)
const source = (name: string, text: string, mode = 0o644): string => {
  writeFileSync(at(name), text)
  chmodSync(at(name), mode)
  return at(name)
}

test('a text: check, run, run again', async (t) => {
  const task = { content: 'héllo\n', dest: at('text'), mode: '0640' }
  const check = await runModule(copy, task, { check: true })
  t.false(existsSync(at('text')))
  const { first, second } = await runTwice(copy, task)
  t.deepEqual([check.status, first.status, second.status], ['changed', 'changed', 'ok'])
  t.is(second.roundTrips, 1)
  t.is(readFileSync(at('text'), 'utf8'), 'héllo\n')
  t.like(first.data, { dest: at('text'), mode: '0640', owner: 'root', group: 'root', uid: 0, gid: 0, size: 7, state: 'file' })
})

test('data is written as Python writes JSON', async (t) => {
  await runModule(copy, { content: { a: [1, true, null], b: 'é"' }, dest: at('json') })
  t.is(readFileSync(at('json'), 'utf8'), '{"a": [1, true, null], "b": "\\u00e9\\""}')
})

test('attributes alone are a change; symbolic modes start from the old one', async (t) => {
  await runModule(copy, { content: 'x', dest: at('mode'), mode: '0600' })
  const { first, second } = await runTwice(copy, { content: 'x', dest: at('mode'), mode: 'g+r,o=' })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.is(statSync(at('mode')).mode & 0o777, 0o640)
  const { first: owned, second: kept } = await runTwice(copy, { content: 'x', dest: at('mode'), owner: 'nobody', group: 'nogroup' })
  t.deepEqual([owned.status, kept.status], ['changed', 'ok'])
  t.is(statSync(at('mode')).uid, 65534)
})

test('a user that does not exist is told, in check mode too', async (t) => {
  const task = { content: 'x', dest: at('no-user'), owner: 'nosuchuser' }
  t.is((await runModule(copy, task, { check: true })).failure, 'chown failed: failed to look up user nosuchuser')
  t.false(existsSync(at('no-user')))
})

test('a file into a folder gets its own name; a slash at the end makes the folder', async (t) => {
  const src = source('a.txt', 'a')
  mkdirSync(at('into'))
  t.is((await runTwice(copy, { src, dest: at('into') })).second.status, 'ok')
  t.is(readFileSync(at('into/a.txt'), 'utf8'), 'a')
  t.is((await runTwice(copy, { src, dest: `${at('made')}/` })).second.status, 'ok')
  t.is(readFileSync(at('made/a.txt'), 'utf8'), 'a')
})

test('without the folder it is a failure', async (t) => {
  const run = await runModule(copy, { content: 'x', dest: at('none/x') })
  t.is(run.failure, `Destination directory ${at('none')} does not exist`)
  t.is((await runModule(copy, { content: 'x', dest: folder })).failure, 'can not use content with a dir as dest')
})

test('mode preserve, force, backup, validate and checksum', async (t) => {
  const src = source('b.txt', 'new', 0o751)
  writeFileSync(at('b'), 'old')
  t.is((await runModule(copy, { src, dest: at('b'), force: false })).status, 'ok')
  t.is((await runModule(copy, { src, dest: at('b'), validate: 'grep -q old %s' })).status, 'failed')
  t.is(readFileSync(at('b'), 'utf8'), 'old')
  t.is(
    (await runModule(copy, { src, dest: at('b'), checksum: '0'.repeat(40) })).failure,
    'Copied file does not match the expected checksum. Transfer failed.',
  )
  const run = await runModule(copy, {
    src,
    dest: at('b'),
    mode: 'preserve',
    backup: true,
    checksum: 'c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc',
  })
  t.is(run.status, 'changed')
  t.is(statSync(at('b')).mode & 0o777, 0o751)
  t.is(readFileSync(String(run.data['backup_file']), 'utf8'), 'old')
})

test('a link is replaced, or followed when told so', async (t) => {
  writeFileSync(at('target'), 'old')
  symlinkSync('target', at('link'))
  t.is((await runTwice(copy, { content: 'new', dest: at('link'), follow: true })).second.status, 'ok')
  t.is(readFileSync(at('target'), 'utf8'), 'new')
  t.true(lstatSync(at('link')).isSymbolicLink())
  await runModule(copy, { content: 'newer', dest: at('link') })
  t.false(lstatSync(at('link')).isSymbolicLink())
  t.is(readFileSync(at('target'), 'utf8'), 'new')
})

test('a folder, as a whole and what is in it, in one round trip when in order', async (t) => {
  mkdirSync(at('tree/sub'), { recursive: true })
  source('tree/one', '1', 0o600)
  source('tree/sub/two', '2')
  symlinkSync('one', at('tree/alias'))
  const whole = await runTwice(copy, { src: at('tree'), dest: at('whole'), directory_mode: '0750', mode: '0644' })
  t.is(whole.second.status, 'ok')
  t.is(whole.second.roundTrips, 1)
  t.deepEqual(readdirSync(at('whole'), { recursive: true }).sort(), ['tree', 'tree/alias', 'tree/one', 'tree/sub', 'tree/sub/two'])
  t.is(statSync(at('whole/tree/sub')).mode & 0o777, 0o750)
  t.is(statSync(at('whole/tree/one')).mode & 0o777, 0o644)
  t.is((await runTwice(copy, { src: `${at('tree')}/`, dest: at('inside') })).second.status, 'ok')
  t.deepEqual(readdirSync(at('inside')).sort(), ['alias', 'one', 'sub'])
})

test('files of the host: one, and a folder', async (t) => {
  const src = source('remote', 'r', 0o640)
  const { first, second } = await runTwice(copy, { src, dest: at('remote.copy'), remote_src: true, mode: 'preserve' })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.is(statSync(at('remote.copy')).mode & 0o777, 0o640)
  mkdirSync(at('rtree/sub'), { recursive: true })
  source('rtree/sub/f', 'f')
  t.is((await runTwice(copy, { src: `${at('rtree')}/`, dest: at('rcopy'), remote_src: true })).second.status, 'ok')
  t.is(readFileSync(at('rcopy/sub/f'), 'utf8'), 'f')
  t.is((await runModule(copy, { src: at('nothing'), dest: at('x'), remote_src: true })).failure, `Source ${at('nothing')} not found`)
})

test('a large file is streamed', async (t) => {
  writeFileSync(at('large'), Buffer.alloc(3_000_000, 'abc'))
  t.is((await runTwice(copy, { src: at('large'), dest: at('large.copy') })).second.status, 'ok')
  t.true(readFileSync(at('large')).equals(readFileSync(at('large.copy'))))
})

test('the content of a secret is not shown', async (t) => {
  const run = await runModule(copy, { content: new Secret('s3cret'), dest: at('secret') }, { check: true })
  t.false(JSON.stringify(run.changes.map((change) => change.diff)).includes('s3cret'))
})

test('arguments that contradict each other are refused', (t) => {
  t.throws(() => parseArgs(copy, { dest: '/x' }), { message: /src \(or content\) is required/ })
  t.throws(() => parseArgs(copy, { dest: '/x', src: 'a', content: 'b' }), { message: /mutually exclusive/ })
  t.throws(() => parseArgs(copy, { dest: '/x', src: 'a', mod: '0644' }), { message: /mod/ })
})

test('a template is written once, with the encoding and mode asked for', async (t) => {
  const src = source('t.j2', 'é\n', 0o604)
  const { first, second } = await runTwice(template, { src, dest: at('t'), mode: 'preserve', output_encoding: 'latin-1' })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.deepEqual([...readFileSync(at('t'))], [0xe9, 0x0a])
  t.is(statSync(at('t')).mode & 0o777, 0o604)
})

test('a template has its variables and settings, and a secret in it is not shown', async (t) => {
  const seen: unknown[] = []
  const src = source('v.j2', 'x')
  const render = (_path: string, options: unknown) => {
    seen.push(options)
    return Promise.resolve({ text: 'pw=s3cret\n', secret: true })
  }
  const task = { src, dest: at('v'), trim_blocks: 'no', variable_start_string: '[[', newline_sequence: '\\r\\n' }
  const run = await runModule(template, task, { check: true, local: { render } })
  t.like(seen[0], {
    trimBlocks: false,
    newline: '\r\n',
    delimiters: { variableStart: '[[' },
    vars: { ansible_managed: 'Ansible managed', template_destpath: at('v') },
  })
  t.false(JSON.stringify(run.changes.map((change) => change.diff)).includes('s3cret'))
})
