import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { main } from '../../runner/cli/main.ts'
import { testIo } from './_io.ts'

const HOSTS = `all:
  hosts:
    lone:
  children:
    web:
      hosts:
        web[1:2]: {port: 80}
    prod:
      vars: {tier: "gold {{ level }}"}
      children:
        web:
    empty:
`

function inventory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-inventory-'))
  mkdirSync(join(folder, 'inventory/group_vars'), { recursive: true })
  writeFileSync(join(folder, 'inventory/hosts.yml'), HOSTS)
  writeFileSync(join(folder, 'inventory/group_vars/all.yml'), 'level: 1\n')
  return folder
}

async function run(...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const io = testIo({ cwd: inventory() })
  const code = await main(['inventory', ...argv], io)
  return { code, out: io.out(), err: io.err() }
}

test('--graph draws groups in groups and hosts', async (t) => {
  t.is(
    (await run('--graph')).out,
    `@all:
  |--@ungrouped:
  |  |--lone
  |--@web:
  |  |--web1
  |  |--web2
  |--@prod:
  |  |--@web:
  |  |  |--web1
  |  |  |--web2
  |--@empty:
`,
  )
  t.is((await run('--graph', 'web')).out, '@web:\n  |--web1\n  |--web2\n')
  t.is((await run('--graph', 'nothing')).code, 5)
})

test('--list is what a dynamic inventory prints: every group, and the variables of each host', async (t) => {
  const listed: unknown = JSON.parse((await run('--list')).out)
  t.like(listed, {
    _meta: { hostvars: { web1: { level: 1, port: 80, tier: 'gold {{ level }}' }, lone: { level: 1 } } },
    web: { hosts: ['web1', 'web2'] },
    prod: { children: ['web'] },
    ungrouped: { hosts: ['lone'] },
  })
})

test('--host shows the variables of one, with -v also who set them where', async (t) => {
  t.deepEqual(JSON.parse((await run('--host', 'lone')).out), { level: 1 })
  const { out } = await run('--host', 'web2', '-v')
  t.regex(out, /^level: 1 {2}\(inventory group_vars\/all, .*group_vars\/all\.yml:1:1\)\n/)
  t.regex(out, /\ntier: "gold \{\{ level \}\}" {2}\(inventory file group vars, .*hosts\.yml:9:14\)\n/)
})

test('a host that is not there is an error that says which was meant', async (t) => {
  const { code, err } = await run('--host', 'web3')
  t.is(code, 5)
  t.regex(err, /^ERROR: You must pass a single valid host to --host parameter\n {2}hint: did you mean web[12]\?\n/)
})

test('--toml writes a table a group, and --output a file', async (t) => {
  const io = testIo({ cwd: inventory() })
  t.is(await main(['inventory', '--list', '--toml', '--output', 'out.toml', '-l', 'web'], io), 0)
  t.is(
    readFileSync(join(io.cwd, 'out.toml'), 'utf8'),
    `[web.hosts.web1]
level = 1
port = 80
tier = "gold {{ level }}"

[web.hosts.web2]
level = 1
port = 80
tier = "gold {{ level }}"

[prod]
children = [
    "web",
]`,
  )
  t.is(io.out(), '')
})

const COUNTING =
  '#!/bin/sh\necho x >> "$0.count"\necho "{\\"web\\": {\\"hosts\\": [\\"h$(wc -l < "$0.count" | tr -d " ")\\"]}, \\"_meta\\": {\\"hostvars\\": {}}}"\n'

test('with the settings of [inventory] the answers of a program are kept in files, until --flush-cache', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'stackrun-inventory-'))
  writeFileSync(join(cwd, 'script'), COUNTING, { mode: 0o755 })
  writeFileSync(join(cwd, 'ansible.cfg'), '[inventory]\ncache = true\ncache_plugin = ansible.builtin.jsonfile\ncache_connection = kept\n')
  const list = async (...argv: readonly string[]): Promise<string> => {
    const io = testIo({ cwd })
    t.is(await main(['inventory', '-i', 'script', '--graph', ...argv], io), 0, io.err())
    return /h\d/.exec(io.out())?.[0] ?? ''
  }
  t.deepEqual([await list(), await list(), await list('--flush-cache'), await list()], ['h1', 'h1', 'h2', 'h2'])
  const [name = '', ...others] = readdirSync(join(cwd, 'kept'))
  t.deepEqual(others, [])
  t.regex(name, /^ansible_inventory_s1_ansible\.builtin\.script_k[0-9a-f]{6}$/)
  t.is(statSync(join(cwd, 'kept', name)).mode & 0o777, 0o600)
})

test('settings of inventories that make no sense are refused by name', async (t) => {
  const refusals: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ ANSIBLE_INVENTORY_CACHE: '1', ANSIBLE_INVENTORY_CACHE_PLUGIN: 'redis' }, /the inventory cache 'redis' is not known/],
    [{ ANSIBLE_INVENTORY_CACHE: '1', ANSIBLE_INVENTORY_CACHE_PLUGIN: 'jsonfile' }, /needs a folder/],
    [{ ANSIBLE_HOST_PATTERN_MISMATCH: 'maybe' }, /HOST_PATTERN_MISMATCH must be one of warning, ignore, error/],
    [{ ANSIBLE_INVENTORY_IGNORE_REGEX: '(' }, /ignore_patterns: \( is not a regular expression/],
  ]
  for (const [env, message] of refusals) {
    const io = testIo({ cwd: inventory(), env })
    t.is(await main(['inventory', '--graph'], io), 5)
    t.regex(io.err(), message)
  }
})

test('a warning about an inventory has its place and a hint', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'stackrun-inventory-'))
  writeFileSync(join(cwd, 'c.yml'), 'plugin: constructed\ngroup: {a: true}\n')
  const io = testIo({ cwd })
  t.is(await main(['inventory', '-i', 'h,', '-i', 'c.yml', '--graph'], io), 0)
  t.regex(io.err(), /group is no option of the inventory plugin constructed\n {2}at .*c\.yml:2:1\n {2}hint: did you mean 'groups'\?/)
})
