import { execFile, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'

/** A checkout with the real launcher, and sources so small that npm installs and builds them in a second. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-launcher-'))
  for (const folder of ['.git', 'runner', 'modules', 'lab', 'part']) mkdirSync(join(root, folder))
  copyFileSync(join(import.meta.dirname, '../../run'), join(root, 'run'))
  writeFileSync(join(root, 'part/package.json'), '{"name":"part","version":"1.0.0"}')
  const build =
    'echo built >> builds.log && rm -rf dist && mkdir -p dist/runner/cli && cp runner/main.ts dist/runner/cli/bin.js && touch dist/.built'
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'small', version: '1.0.0', dependencies: { part: 'file:part' }, scripts: { build } }),
  )
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({
      name: 'small',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'small', version: '1.0.0', dependencies: { part: 'file:part' } },
        'node_modules/part': { resolved: 'part', link: true },
        part: { version: '1.0.0' },
      },
    }),
  )
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) writeFileSync(join(root, file), '{}')
  writeFileSync(
    join(root, 'runner/main.ts'),
    "console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)])); process.exit(process.argv[2] === 'fail' ? 7 : 0)\n",
  )
  const past = new Date(Date.now() - 60_000)
  for (const file of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'runner/main.ts', 'runner', 'modules', 'lab'])
    utimesSync(join(root, file), past, past)
  return root
}

function start(
  program: string,
  args: readonly string[],
  cwd = '/',
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr.replace(/^npm warn.*\n/gm, '') }
}

function builds(root: string): number {
  return readFileSync(join(root, 'builds.log'), 'utf8').trim().split('\n').length
}

test('the first start installs and builds, the next ones are silent; arguments, folder and exit code pass through', (t) => {
  const root = checkout()
  const run = join(root, 'run')
  t.deepEqual(start(run, ['a b', '', '--x'], '/usr'), {
    code: 0,
    out: '["/usr","a b","","--x"]\n',
    err: 'run: installing packages (npm ci)\nrun: building\n',
  })
  t.true(existsSync(join(root, 'node_modules/part')))
  t.deepEqual(start(run, ['fail']), { code: 7, out: '["/","fail"]\n', err: '' })
  t.is(builds(root), 1)
})

test('a changed, new or removed source is built, and nothing else', (t) => {
  const root = checkout()
  const run = join(root, 'run')
  start(run, [])
  const later = (file: string): void => {
    utimesSync(join(root, file), new Date(Date.now() + 5000), new Date(Date.now() + 5000))
  }
  appendFileSync(join(root, 'runner/main.ts'), '\n')
  later('runner/main.ts')
  t.is(start(run, []).err, 'run: building\n')
  utimesSync(join(root, 'runner/main.ts'), 0, 0)
  later('modules')
  t.is(start(run, []).err, 'run: building\n')
  utimesSync(join(root, 'modules'), 0, 0)
  t.is(start(run, []).err, '')
})

test('a newer package-lock.json is installed', (t) => {
  const root = checkout()
  start(join(root, 'run'), [])
  const soon = new Date(Date.now() + 5000)
  utimesSync(join(root, 'package-lock.json'), soon, soon)
  t.true(start(join(root, 'run'), []).err.startsWith('run: installing packages (npm ci)\n'))
})

test('it is found through symbolic links, absolute and relative, and by sh', (t) => {
  const root = checkout()
  start(join(root, 'run'), [])
  mkdirSync(join(root, 'bin'))
  symlinkSync('../run', join(root, 'bin/relative'))
  symlinkSync(join(root, 'bin/relative'), join(root, 'bin/absolute'))
  t.is(start(join(root, 'bin/absolute'), ['x']).out, '["/","x"]\n')
  t.is(start('./absolute', ['x'], join(root, 'bin')).code, 0)
  t.is(start('sh', ['run', 'x'], root).code, 0)
})

test('starts at the same time build once', async (t) => {
  const root = checkout()
  const runs = await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(join(root, 'run'), ['x'], { cwd: '/' })))
  t.deepEqual(
    runs.map(({ stdout }) => stdout),
    Array.from({ length: 4 }, () => '["/","x"]\n'),
  )
  t.is(builds(root), 1)
  t.false(existsSync(join(root, '.stackrun/build.lock')))
})

test('a lock whose owner is gone does not stop anybody', (t) => {
  const root = checkout()
  mkdirSync(join(root, '.stackrun/build.lock'), { recursive: true })
  writeFileSync(join(root, '.stackrun/build.lock/pid'), '4194304\n')
  t.is(start(join(root, 'run'), []).code, 0)
})

test('a build that fails says so, leaves no lock and runs nothing', (t) => {
  const root = checkout()
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'small', version: '1.0.0', dependencies: { part: 'file:part' }, scripts: { build: 'echo broken; exit 3' } }),
  )
  const { code, out, err } = start(join(root, 'run'), [])
  t.deepEqual([code, out], [1, ''])
  t.regex(err, /broken\n[^]*run: the build failed\n$/)
  t.false(existsSync(join(root, '.stackrun/build.lock')))
})

test('an installed package is never built', (t) => {
  const root = checkout()
  start(join(root, 'run'), [])
  const installed = mkdtempSync(join(tmpdir(), 'stackrun-installed-'))
  mkdirSync(join(installed, 'dist/runner/cli'), { recursive: true })
  copyFileSync(join(root, 'run'), join(installed, 'run'))
  copyFileSync(join(root, 'dist/runner/cli/bin.js'), join(installed, 'dist/runner/cli/bin.js'))
  t.deepEqual(start(join(installed, 'run'), ['x']), { code: 0, out: '["/","x"]\n', err: '' })
})

test('without Node it says what is needed', (t) => {
  const empty = mkdtempSync(join(tmpdir(), 'stackrun-path-'))
  for (const tool of ['readlink', 'cat', 'find'])
    symlinkSync(spawnSync('which', [tool], { encoding: 'utf8' }).stdout.trim(), join(empty, tool))
  const { status, stderr } = spawnSync('/bin/sh', [join(checkout(), 'run')], { env: { PATH: empty }, encoding: 'utf8' })
  t.is(status, 1)
  t.regex(stderr, /^run: Node\.js is not on the PATH; version 20\.19 or newer/)
})
