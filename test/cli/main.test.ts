import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { main } from '../../runner/cli/main.ts'
import { TOOLS, toolOf } from '../../runner/cli/tools.ts'
import { testIo } from './_io.ts'

const packageSchema = z.looseObject({ bin: z.record(z.string(), z.string()) })

const root = join(import.meta.dirname, '../..')

test('--version says which', async (t) => {
  const io = testIo()
  t.is(await main(['--version'], io), 0)
  const version = /"version": "([^"]+)"/.exec(readFileSync(join(root, 'package.json'), 'utf8'))?.[1] ?? ''
  t.is(io.out(), `stackrun ${version} (Node.js ${process.versions.node})\n`)
})

test('--help lists commands, every option and the exit codes', async (t) => {
  const io = testIo()
  t.is(await main(['--help'], io), 0)
  for (const part of [
    'run PLAYBOOK…',
    'run lab',
    '-C, --check',
    '--become-method sudo|su',
    '--ssh-common-args ARGS',
    '--step',
    '--private-key, --key-file FILE',
    'Exit codes:',
  ])
    t.true(io.out().includes(part), part)
  t.true(
    io
      .out()
      .split('\n')
      .every((line) => line.length <= 132),
  )
})

test('a wrong command line shows the usage and what was meant on stderr, exit code 2', async (t) => {
  for (const [argv, message] of [
    [['site.yml', '--chekc'], 'no such option: --chekc; did you mean --check?'],
    [['-i', 'hosts'], 'no playbook given'],
    [['secrets', 'drop'], "cannot do 'drop'"],
    [['inventory'], 'say what to show: --list, --graph or --host'],
  ] as const) {
    const io = testIo()
    t.is(await main(argv, io), 2)
    t.regex(io.err(), /^usage: run /)
    t.true(io.err().includes(`run: ${message}`), io.err())
    t.is(io.out(), '')
  }
})

test('a bad value is 5, a playbook that is not there 1, each with a hint and no stack', async (t) => {
  const bad = testIo()
  t.is(await main(['site.yml', '-f', 'x'], bad), 5)
  t.is(bad.err(), "ERROR: --forks needs a whole number of at least 1, not 'x'\n")
  const missing = testIo({ cwd: '/nowhere' })
  t.is(await main(['site.yml'], missing), 1)
  t.is(missing.err(), 'ERROR: the playbook: site.yml could not be found\n  hint: run --help lists the other commands\n')
})

test('the program itself starts, answers and ends', (t) => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import=./test/_loader.mjs', '--no-warnings', 'runner/cli/bin.ts', '--version'],
    { cwd: root, encoding: 'utf8' },
  )
  t.is(status, 0)
  t.regex(stdout, /^stackrun \d/)
})

test('by the name of one of its programs we are that program', async (t) => {
  const io = testIo({ tool: 'ansible-playbook', cwd: '/nowhere' })
  t.is(await main(['site.yml'], io), 1)
  t.is(io.err(), '[ERROR]: the playbook: site.yml could not be found\n')
  const none = testIo({ tool: 'ansible' })
  t.is(await main([], none), 2)
  t.is(
    none.err(),
    'usage: ansible PATTERN [-m MODULE] [-a ARGUMENTS] [OPTIONS]\nansible: error: the following arguments are required: pattern\n',
  )
  const version = testIo({ tool: 'ansible-inventory', env: { ANSIBLE_LIBRARY: '/srv/lib:/usr/lib', HOME: '/nowhere' } })
  t.is(await main(['--version'], version), 0)
  const [first, ...rest] = version.out().split('\n')
  t.is(first, 'ansible-inventory [core 2.19.0]')
  t.true(rest.includes("  configured module search path = ['/srv/lib', '/usr/lib']"))
  const help = testIo({ tool: 'ansible-playbook' })
  t.is(await main(['site.yml', '--help'], help), 0)
  t.regex(help.out(), /^usage: ansible-playbook PLAYBOOK/)
})

test('only the programs of ansible are stood in for', (t) => {
  t.is(toolOf('/usr/local/bin/ansible-vault'), 'ansible-vault')
  t.is(toolOf('./ansible'), 'ansible')
  t.is(toolOf('/usr/bin/run'), undefined)
  t.is(toolOf('/usr/bin/toString'), undefined)
})

test('a link of bin/ hands on its name', (t) => {
  for (const tool of TOOLS) t.is(readlinkSync(join(root, 'bin', tool)), '../run')
  const { bin } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  t.deepEqual(Object.keys(bin).sort(), [...TOOLS, 'run'].sort())
})
