import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import ini_file from '../../modules/ini_file.ts'
import { Secret } from '../../runner/base/value.ts'
import { packageInstalled } from '../../runner/host/effects.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'ini-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const START = '# head\n[DEFAULT]\n# debug = false\n#verbose=1\nlog_dir = /var/log\n\n[database]\n; comment\nconnection=old\n'

let files = 0
async function edit(text: string, args: Record<string, unknown>): Promise<{ text: string; msg: unknown }> {
  files += 1
  const path = join(folder, `file${String(files)}`)
  writeFileSync(path, text)
  const { first, second } = await runTwice(ini_file, { path, ...args })
  if (second.status !== 'ok') throw new Error(`the second run was ${second.status}: ${second.failure ?? ''}\n${readFileSync(path, 'utf8')}`)
  return { text: readFileSync(path, 'utf8'), msg: first.data['msg'] }
}

test('a commented-out option is where its value goes; the rest stays', async (t) => {
  const done = await edit(START, { section: 'DEFAULT', option: 'debug', value: 'true' })
  t.is(done.text, START.replace('# debug = false', 'debug = true'))
  t.is(done.msg, 'option changed')
})

test('a new option goes after the last line that is neither blank nor comment', async (t) => {
  const done = await edit(START, { section: 'DEFAULT', option: 'workers', value: 2 })
  t.is(done.text, START.replace('/var/log\n', '/var/log\nworkers = 2\n'))
  t.is(done.msg, 'option added')
})

test('a new section goes to the end', async (t) => {
  const done = await edit(START, { section: 'token', option: 'provider', value: 'fernet', no_extra_spaces: true })
  t.is(done.text, `${START}[token]\nprovider=fernet\n`)
  t.is(done.msg, 'section and option added')
})

test('inactive options are left alone when told so', async (t) => {
  const done = await edit(START, { section: 'DEFAULT', option: 'debug', value: 'true', modify_inactive_option: false })
  t.is(done.text, START.replace('/var/log\n', '/var/log\ndebug = true\n'))
})

test('several values, with and without the others', async (t) => {
  const text = '[a]\nx = 1\nx = 2\ny = 0\n'
  t.is((await edit(text, { section: 'a', option: 'x', values: ['2', '3'] })).text, '[a]\nx = 3\nx = 2\ny = 0\n')
  t.is((await edit(text, { section: 'a', option: 'x', values: ['2', '3'], exclusive: false })).text, '[a]\nx = 1\nx = 2\ny = 0\nx = 3\n')
  t.is((await edit(text, { section: 'a', option: 'x', value: '2' })).text, '[a]\nx = 2\ny = 0\n')
})

test('absent takes an option, a value or a section away', async (t) => {
  const text = '[a]\nx = 1\nx = 2\n[b]\ny = 0\n'
  t.is((await edit(text, { section: 'a', option: 'x', state: 'absent' })).text, '[a]\n[b]\ny = 0\n')
  t.is((await edit(text, { section: 'a', option: 'x', value: '1', exclusive: false, state: 'absent' })).text, '[a]\nx = 2\n[b]\ny = 0\n')
  t.is((await edit(text, { section: 'a', state: 'absent' })).text, '[b]\ny = 0\n')
})

test('spaces alone are no difference when told so', async (t) => {
  t.is((await edit('[a]\nx=1\n', { section: 'a', option: 'x', value: '1', ignore_spaces: true })).text, '[a]\nx=1\n')
})

test('lines without a section, options without a value', async (t) => {
  t.is((await edit('a = 1\n[s]\na = 2\n', { option: 'a', value: '3' })).text, 'a = 3\n[s]\na = 2\n')
  t.is(
    (await edit('[mysqld]\nx = 1\n', { section: 'mysqld', option: 'skip-name-resolve', allow_no_value: true })).text,
    '[mysqld]\nx = 1\nskip-name-resolve\n',
  )
})

test('the section that has the values is the one', async (t) => {
  const text = '[peer]\nkey = a\n[peer]\nkey = b\n'
  const done = await edit(text, { section: 'peer', option: 'ip', value: '1', section_has_values: [{ option: 'key', values: ['b'] }] })
  t.is(done.text, '[peer]\nkey = a\n[peer]\nkey = b\nip = 1\n')
})

test('bytes that are not UTF-8 and letters beyond ASCII stay as they are', async (t) => {
  const path = join(folder, 'bytes')
  writeFileSync(path, Buffer.from([0x5b, 0x61, 0x5d, 0x0a, 0x23, 0xe9, 0x0a]))
  await runTwice(ini_file, { path, section: 'a', option: 'x', value: 'é' })
  t.deepEqual([...readFileSync(path)], [0x5b, 0x61, 0x5d, 0x0a, ...Buffer.from('x = é\n'), 0x23, 0xe9, 0x0a])
})

test('many options in one task, one of them taken away', async (t) => {
  const done = await edit(START, {
    settings: { DEFAULT: { debug: 'true', log_dir: null }, database: { connection: 'new', pool: ['1', '2'] }, '': { top: 1 } },
  })
  t.is(
    done.text,
    '# head\n[DEFAULT]\ndebug = true\n#verbose=1\n\n[database]\n; comment\nconnection = new\npool = 1\npool = 2\n'.replace(
      '# head\n',
      'top = 1\n# head\n',
    ),
  )
})

test('a new file, with its folder and mode; check mode before says the same', async (t) => {
  const path = join(folder, 'new/dir/x.conf')
  const task = { path, section: 's', option: 'o', value: 'v', mode: '0640' }
  const check = await runModule(ini_file, task, { check: true })
  const { first, second } = await runTwice(ini_file, task)
  t.deepEqual([check.status, first.status, second.status], ['changed', 'changed', 'ok'])
  t.is(readFileSync(path, 'utf8'), '\n[s]\no = v\n')
  t.is(statSync(path).mode & 0o777, 0o640)
  t.is(second.roundTrips, 1)
})

test('in check mode later tasks see what earlier ones wrote', async (t) => {
  const path = join(folder, 'predicted.conf')
  const first = await runModule(ini_file, { path, section: 's', option: 'o', value: 'v' }, { check: true })
  const second = await runModule(ini_file, { path, section: 's', option: 'o', value: 'v' }, { check: true, prediction: first.prediction })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
})

test('a secret is not in the diff, neither the new one nor the old', async (t) => {
  const path = join(folder, 'secret.conf')
  writeFileSync(path, '[a]\nuser = joe\npassword = old-secret\n')
  const run = await runModule(ini_file, { path, section: 'a', option: 'password', value: new Secret('new-secret') })
  t.is(readFileSync(path, 'utf8'), '[a]\nuser = joe\npassword = new-secret\n')
  t.is(run.changes[0]?.diff?.after, '[a]\nuser = joe\npassword = ***\n')
  t.false(JSON.stringify(run.changes[0]?.diff).includes('secret"'))
})

test('of a file that a package will bring only a secret is certain to be new', async (t) => {
  const prediction = new Prediction()
  prediction.apply([packageInstalled('nova-common')])
  const path = '/etc/nova-test/nova.conf'
  t.is((await runModule(ini_file, { path, section: 'a', option: 'o', value: 'v' }, { check: true, prediction })).status, 'unknown')
  t.is(
    (await runModule(ini_file, { path, section: 'a', option: 'o', value: new Secret('s') }, { check: true, prediction })).status,
    'changed',
  )
})
