import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { satisfies } from '../../modules/_pep440.ts'
import pip from '../../modules/pip.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { runModule } from '../_harness/module.ts'

/** A folder of wheels, for pip asks no index here. */
function wheels(): { readonly root: string; readonly extra_args: string } {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-pip-'))
  mkdirSync(join(root, 'wheels'))
  for (const version of ['1.0', '1.2', '2.0rc1']) wheel(root, version)
  return { root, extra_args: `--no-index --find-links '${join(root, 'wheels')}'` }
}

function wheel(root: string, version: string): void {
  const folder = join(root, `build-${version}`)
  const info = `lab_greeting-${version}.dist-info`
  mkdirSync(join(folder, info), { recursive: true })
  writeFileSync(join(folder, 'lab_greeting.py'), 'def greet(): return 1\n')
  writeFileSync(join(folder, info, 'METADATA'), `Metadata-Version: 2.1\nName: lab-greeting\nVersion: ${version}\n`)
  writeFileSync(join(folder, info, 'WHEEL'), 'Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
  writeFileSync(join(folder, info, 'RECORD'), `lab_greeting.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`)
  execFileSync('zip', ['-qr', join(root, 'wheels', `lab_greeting-${version}-py3-none-any.whl`), '.'], { cwd: folder })
}

test('packages of a virtual environment, from nothing to another version and away again', async (t) => {
  const { root, extra_args } = wheels()
  const base = { virtualenv: join(root, 'venv'), virtualenv_command: 'python3 -m venv', extra_args }
  const steps = [
    [{ name: 'lab_greeting<1.1' }, 'changed'],
    [{ name: ['lab.greeting>=1', '<2'] }, 'ok'],
    [{ name: 'lab-greeting', version: '1.2' }, 'changed'],
    [{ name: 'lab-greeting==1.*' }, 'ok'],
    [{ name: 'lab-greeting', state: 'absent', extra_args: '' }, 'changed'],
    [{ name: 'lab-greeting', state: 'absent' }, 'ok'],
  ] as const
  const prediction = new Prediction()
  for (const [args, wanted] of steps) {
    const simulated = await runModule(pip, { ...base, ...args }, { check: true, prediction })
    const foreseen = await runModule(pip, { ...base, ...args }, { check: true })
    const run = await runModule(pip, { ...base, ...args })
    t.is(run.failure, undefined)
    t.true(simulated.status === 'unknown' || simulated.status === wanted, JSON.stringify(args))
    t.deepEqual([foreseen.status, run.status], [wanted, wanted], JSON.stringify(args))
  }
})

test('what only pip can tell runs each time, and says when nothing was to be done', async (t) => {
  const { root, extra_args } = wheels()
  writeFileSync(join(root, 'requirements.txt'), 'lab-greeting==1.0\n')
  const args = { requirements: 'requirements.txt', chdir: root, virtualenv: 'venv', virtualenv_command: 'python3 -m venv', extra_args }
  const first = await runModule(pip, args)
  t.deepEqual([first.failure, first.status], [undefined, 'changed'])
  t.is((await runModule(pip, args, { check: true })).status, 'unknown')
  const again = await runModule(pip, args)
  t.is(again.status, 'ok')
  const latest = { name: 'lab-greeting', state: 'latest', virtualenv: join(root, 'venv'), extra_args }
  t.deepEqual([(await runModule(pip, latest)).status, (await runModule(pip, latest)).status], ['changed', 'ok'])
  const missing = await runModule(pip, { name: 'nothing-of-the-kind', virtualenv: join(root, 'venv'), extra_args })
  t.regex(missing.failure ?? '', /No matching distribution found for nothing-of-the-kind/)
})

test('versions are ordered as PEP 440 has them', (t) => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['1.10', '>1.9', true],
    ['1.0', '==1', true],
    ['1.0.post1', '>1.0', false],
    ['1.0.post1', '>=1.0', true],
    ['2.0rc1', '<2.0', false],
    ['2.0rc1', '<2.0.1', true],
    ['2.0.dev3', '<2.0a1', true],
    ['1.4.5', '~=1.4.2', true],
    ['1.5', '~=1.4.2', false],
    ['1!1.0', '>2', true],
    ['1.2+local', '==1.2', true],
    ['1.2', '==1.2+local', false],
    ['1.2.3', '!=1.2.*,>=1', false],
  ]
  for (const [version, specifiers, wanted] of table) t.is(satisfies(version, specifiers), wanted, `${version} ${specifiers}`)
})
