import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { globRegex } from '../../modules/_find-filter.ts'
import blockinfile from '../../modules/blockinfile.ts'
import find from '../../modules/find.ts'
import ping from '../../modules/ping.ts'
import raw from '../../modules/raw.ts'
import replace from '../../modules/replace.ts'
import script from '../../modules/script.ts'
import slurp from '../../modules/slurp.ts'
import type { Module } from '../../runner/module/define.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'edits-'))
test.after.always(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

let files = 0
async function edit<A, S>(module: Module<A, S>, text: string, args: Record<string, unknown>): Promise<string> {
  files += 1
  const path = at(`file${String(files)}`)
  writeFileSync(path, text)
  const { second } = await runTwice(module, { path, ...args })
  if (second.status !== 'ok') throw new Error(`the second run was ${second.status}: ${second.failure ?? ''}`)
  return readFileSync(path, 'utf8')
}

const BLOCK = '# BEGIN ANSIBLE MANAGED BLOCK\nx\n# END ANSIBLE MANAGED BLOCK\n'

test('a block goes to the end, or where it is told, and is kept in place', async (t) => {
  t.is(await edit(blockinfile, 'a', { block: 'x' }), `a\n${BLOCK}`)
  t.is(await edit(blockinfile, 'a\nb\n', { block: 'x\n', insertbefore: 'BOF' }), `${BLOCK}a\nb\n`)
  t.is(await edit(blockinfile, 'a\nb\na\n', { block: 'x', insertafter: '^a' }), `a\nb\na\n${BLOCK}`)
  t.is(await edit(blockinfile, 'a\nb\n', { block: 'x', insertbefore: '^b' }), `a\n${BLOCK}b\n`)
  t.is(await edit(blockinfile, `a\n${BLOCK.replace('x', 'old\nlines')}b\n`, { block: 'x' }), `a\n${BLOCK}b\n`)
})

test('a block with empty lines around it, with markers of its own', async (t) => {
  t.is(
    await edit(blockinfile, 'a\nb\n', { block: 'x', insertafter: '^a', append_newline: true, prepend_newline: true }),
    `a\n\n${BLOCK}\nb\n`,
  )
  t.is(
    await edit(blockinfile, '', { block: 'x', marker: '<!-- {mark} -->', marker_begin: 'B', marker_end: 'E' }),
    '<!-- B -->\nx\n<!-- E -->\n',
  )
})

test('an empty block, or state absent, takes the block away', async (t) => {
  t.is(await edit(blockinfile, `a\n${BLOCK}b\n`, { block: '' }), 'a\nb\n')
  t.is(await edit(blockinfile, `a\n${BLOCK}b\n`, { block: 'x', state: 'absent' }), 'a\nb\n')
  t.is((await runModule(blockinfile, { path: at('none'), block: 'x' })).failure, `Path ${at('none')} does not exist !`)
  t.is((await runModule(blockinfile, { path: at('created'), block: 'x', create: true })).data['msg'], 'File created')
})

test('all matches are replaced, with groups, between after and before', async (t) => {
  t.is(await edit(replace, 'a=1\nb=2\na=3\n', { regexp: '^a=(?P<n>\\d)$', replace: 'A:\\g<n>' }), 'A:1\nb=2\nA:3\n')
  t.is(
    await edit(replace, 'x\n[s]\nx\n[t]\nx\n', { regexp: 'x', replace: 'y', after: '\\[s\\]', before: '\\[t\\]' }),
    'x\n[s]\ny\n[t]\nx\n',
  )
  t.is(await edit(replace, 'a #b\n', { regexp: '\\s*#.*$' }), 'a\n')
  writeFileSync(at('r'), 'a\n')
  t.is(
    (await runModule(replace, { path: at('r'), regexp: 'a', replace: 'b', after: 'zzz' })).data['msg'],
    'Pattern for before/after params did not match the given file.',
  )
  t.is((await runModule(replace, { path: at('r'), regexp: 'a', replace: 'b' })).data['msg'], '1 replacements made')
})

test('slurp gives a content as Base64', async (t) => {
  writeFileSync(at('bin'), Buffer.from([0, 255, 10]))
  t.deepEqual((await runModule(slurp, { src: at('bin') })).data, { content: 'AP8K', encoding: 'base64', source: at('bin') })
  t.regex((await runModule(slurp, { src: at('none') })).failure ?? '', /file not found/)
})

test('ping and raw', async (t) => {
  const run = await runModule(ping, {})
  t.deepEqual([run.status, run.data, run.roundTrips], ['ok', { ping: 'pong' }, 1])
  t.is((await runModule(ping, { data: 'crash' })).failure, 'boom')
  t.like((await runModule(raw, { _raw_params: 'echo $((1+1))' })).data, { rc: 0, stdout: '2\n' })
  t.is((await runModule(raw, { _raw_params: 'exit 4' })).data['rc'], 4)
})

test('a script of the controller runs with its arguments and leaves nothing', async (t) => {
  writeFileSync(at('s.sh'), '#!/bin/sh\nprintf "%s|" "$@"; echo "$0" | grep -c stackrun\n')
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('stackrun.')).length
  const run = await runModule(script, { cmd: `${at('s.sh')} 'a b' c` })
  t.is(run.data['stdout'], 'a b|c|1\n')
  writeFileSync(at('s.awk'), 'BEGIN { print ARGV[1]; exit 3 }\n')
  const other = await runModule(script, { cmd: `${at('s.awk')} x`, executable: 'awk -f' })
  t.like(other.data, { rc: 3, stdout: 'x\n' })
  t.is(readdirSync(tmpdir()).filter((name) => name.startsWith('stackrun.')).length, before)
  t.is((await runModule(script, { cmd: at('s.sh'), creates: folder })).status, 'ok')
  t.is((await runModule(script, { cmd: at('s.sh') }, { check: true })).status, 'unknown')
})

test('find lists by name, type, age, size, mode and content', async (t) => {
  const place = at('find')
  mkdirSync(join(place, 'sub'), { recursive: true })
  writeFileSync(join(place, 'a.log'), 'hello\nworld\n')
  writeFileSync(join(place, 'sub/b.log'), 'x'.repeat(3000))
  writeFileSync(join(place, '.hidden.log'), '')
  writeFileSync(join(place, 'c.txt'), '', { mode: 0o600 })
  utimesSync(join(place, 'a.log'), 1_000_000, 1_000_000)
  const names = async (args: Record<string, unknown>): Promise<string[]> => {
    const run = await runModule(find, { paths: place, ...args })
    const listed = run.data['files']
    return Array.isArray(listed) ? listed.map((file: { path: string }) => file.path.slice(place.length + 1)).sort() : []
  }
  t.deepEqual(await names({}), ['a.log', 'c.txt'])
  t.deepEqual(await names({ patterns: '*.log', recurse: true }), ['a.log', 'sub/b.log'])
  t.deepEqual(await names({ patterns: '*.log', recurse: true, hidden: true, excludes: 'b*' }), ['.hidden.log', 'a.log'])
  t.deepEqual(await names({ patterns: '^[ab]\\.', use_regex: true, recurse: true }), ['a.log', 'sub/b.log'])
  t.deepEqual(await names({ file_type: 'directory' }), ['sub'])
  t.deepEqual(await names({ age: '1w' }), ['a.log'])
  t.deepEqual(await names({ age: '-1w', recurse: true }), ['c.txt', 'sub/b.log'])
  t.deepEqual(await names({ size: '2k', recurse: true }), ['sub/b.log'])
  t.deepEqual(await names({ mode: '0600' }), ['c.txt'])
  t.deepEqual(await names({ contains: 'wor' }), ['a.log'])
  t.deepEqual(await names({ contains: 'orl' }), [])
  const run = await runModule(find, { paths: [place, at('nowhere')], get_checksum: true, patterns: 'c.txt' })
  t.like(run.data, { matched: 1, skipped_paths: { [at('nowhere')]: `'${at('nowhere')}' is not a directory` } })
  t.like(run.data['files'], [{ checksum: 'da39a3ee5e6b4b0d3255bfef95601890afd80709', isreg: true, mode: '0600' }])
  t.false(existsSync(at('nowhere')))
})

test('shell patterns as expressions', (t) => {
  t.is(globRegex('a*.[!c]?'), '(?s)\\Aa.*\\.[^c].\\Z')
})
