import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { formatSource } from '../../runner/base/source.ts'
import { toPlain, type ValueRecord } from '../../runner/base/value.ts'
import { loadInventory } from '../../runner/load/inventory.ts'
import { INVENTORY_DEFAULTS } from '../../runner/load/inventory-settings.ts'
import type { Inventory } from '../../runner/load/inventory-types.ts'
import { createScope } from '../../runner/load/vars.ts'
import { engine } from './_engine.ts'
import { folder } from './_folder.ts'

const options = { playbookDirs: [], warn: () => undefined, engine }

async function refusal(t: ExecutionContext, name: string, text: string, hosts = 'one size=big\ntwo\n'): Promise<string> {
  const root = folder(t, { hosts, [name]: text })
  try {
    await loadInventory([join(root, 'hosts'), join(root, name)], options)
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    const place = error.source === undefined ? '' : formatSource(error.source).replace(/^.*\//, '')
    return `${place} ${error.message} ${error.hint ?? ''}`
  }
  return 'accepted'
}

function variable(inventory: Inventory, host: string, name: string): unknown {
  const binding = createScope(inventory.layersOf(host)).get(name)
  return binding === undefined ? undefined : toPlain(binding.value)
}

const MISTAKES: readonly (readonly [string, string, RegExp])[] = [
  [
    'p.yml',
    'plugin: constructed\nstrict: true\ngroups:\n  a: nothing == 1\n',
    /^p.yml:4:6 could not add the host one to the group a: 'nothing' is undefined/,
  ],
  ['p.yml', 'plugin: constructed\nstrict: maybe\n', /^p.yml:2:9 strict .* must be yes or no/],
  ['p.yml', 'plugin: constructed\nkeyed_groups: [{prefix: a}]\n', /^p.yml:2:16 .* needs key/],
  ['p.yml', 'plugin: constructed\nkeyed_groups: {key: a}\n', /^p.yml:2:15 keyed_groups .* must be a list/],
  ['p.yml', 'plugin: constructed\nkeyed_groups:\n  - key: 1 + 1\n', /^p.yml:3:10 1 \+ 1 must be a text, a list or a mapping/],
  [
    'p.yml',
    'plugin: constructed\nstrict: true\ncompose: {a: 5}\n',
    /^p.yml:3:14 could not set a for the host one: .* must be an expression/,
  ],
  ['p.yml', 'plugin: generator\nhosts: {name: h}\nlayers: [a]\n', /^p.yml:3:9 layers .* must be a mapping/],
  ['p.yml', 'plugin: generator\nhosts: {name: h}\nlayers: {a: b}\n', /^p.yml:3:13 the layer a must be a list/],
  ['p.yml', 'plugin: generator\nhosts: {parents: []}\nlayers: {a: [b]}\n', /^p.yml:2:8 hosts has no name/],
  ['p.yml', 'plugin: generatr\n', /^p.yml:1:9 the inventory plugin generatr is not there did you mean 'generator'/],
  ['p.json', '{"plugin": "constructed"}', /^p.json:1:2 this is the configuration of an inventory plugin .*\.yml/],
  ['h.toml', '[web]\nhosts = "a"\n', /^h.toml:2:9 the hosts of "web" must be a table/],
  ['h.toml', '[web.hosts]\na = 5\n', /^h.toml:2:5 "a" must be a table a = \{\}/],
  ['h.toml', '[web]\nchildren = ["web"]\n', /^h.toml:2:13 the group "web" would contain itself/],
  ['h.toml', '[web.hosts]\na = {}\na = {}\n', /^h.toml:3:\d+ this is not TOML/],
  ['h.toml', '[web.hosts]\n"a[3:1]" = {}\n', /^h.toml:2:1 the range in "a\[3:1\]" is not valid/],
]

for (const [name, text, wanted] of MISTAKES)
  test(`a mistake in ${name} has its place: ${text.trim().replaceAll('\n', ' ')}`, async (t) => {
    t.regex(await refusal(t, name, text), wanted)
  })

test('TOML tells arrays of tables, dotted keys, dates and floats', async (t) => {
  const text =
    '[web.hosts.a]\nx.y = 1\nat = 1979-05-27 07:32:00.5Z\nday = 1979-05-27\nhalf = 0.5\nwhole = 2.0\n[[web.hosts.a.list]]\nn = 1\n[[web.hosts.a.list]]\nn = 2\n'
  const inventory = await loadInventory([join(folder(t, { 'h.toml': text }), 'h.toml')], options)
  const expected = {
    x: { y: 1 },
    at: '1979-05-27T07:32:00.500000+00:00',
    day: '1979-05-27',
    half: 0.5,
    whole: 2,
    list: [{ n: 1 }, { n: 2 }],
  }
  for (const [name, value] of Object.entries(expected)) t.deepEqual(variable(inventory, 'a', name), value, name)
})

const COUNTING =
  '#!/bin/sh\necho x >> "$0.count"\necho "{\\"web\\": {\\"hosts\\": [\\"h$(wc -l < "$0.count" | tr -d " ")\\"]}, \\"_meta\\": {\\"hostvars\\": {}}}"\n'

test('answers of programs are kept where there is a cache; --flush-cache and refresh_inventory ask anew', async (t) => {
  const root = folder(t, { script: COUNTING })
  chmodSync(join(root, 'script'), 0o755)
  const kept = new Map<string, ValueRecord>()
  const cache = { read: (key: string) => kept.get(key), write: (key: string, answers: ValueRecord) => void kept.set(key, answers) }
  const load = (flushCache = false): Promise<Inventory> => loadInventory([join(root, 'script')], { ...options, cache, flushCache })
  t.deepEqual((await load()).hosts, ['h1'])
  t.regex([...kept.keys()].join(), /^ansible\.builtin\.script_k[0-9a-f]{6}$/)
  const second = await load()
  t.deepEqual(second.hosts, ['h1'])
  await second.refresh()
  t.deepEqual(second.hosts, ['h2'])
  t.deepEqual((await load(true)).hosts, ['h3'])
  t.deepEqual((await load()).hosts, ['h3'])
  t.is(readFileSync(join(root, 'script.count'), 'utf8'), 'x\nx\nx\n')
})

test('a refresh keeps what tasks have added, and forgets what files no longer say', async (t) => {
  const root = folder(t, { hosts: '[web]\none\ntwo\n' })
  const inventory = await loadInventory([join(root, 'hosts')], options)
  inventory.addHost('made', ['web', 'new'], { layer: 'inventory file host vars', vars: new Map([['v', { value: 7 }]]) })
  inventory.addGroup('by_two', 'two', ['all'])
  inventory.addGroup('by_one', 'one', ['all'])
  writeFileSync(join(root, 'hosts'), '[web]\none\nthree\n')
  await inventory.refresh()
  t.deepEqual(inventory.hostsOf('web'), ['one', 'three', 'made'])
  t.is(variable(inventory, 'made', 'v'), 7)
  t.deepEqual(inventory.hostsOf('by_one'), ['one'])
  t.is(inventory.hostsOf('by_two'), undefined)
})

test('what is executable but no program is read as what it is', async (t) => {
  const root = folder(t, { 'hosts.yml': 'web: {hosts: {a: }}\n' })
  chmodSync(join(root, 'hosts.yml'), 0o755)
  t.deepEqual((await loadInventory([join(root, 'hosts.yml')], options)).hosts, ['a'])
})

test('of plugins that are enabled the first that fits reads a source', async (t) => {
  const root = folder(t, { hosts: 'a\n', 'c.yml': 'plugin: constructed\ngroups: {x: true}\n' })
  const read = (plugins: readonly string[]): Promise<Inventory> =>
    loadInventory([join(root, 'hosts'), join(root, 'c.yml')], { ...options, settings: { ...INVENTORY_DEFAULTS, plugins } })
  t.deepEqual((await read(['ini', 'ansible.builtin.constructed'])).hostsOf('x'), ['a'])
  const error = await t.throwsAsync(read(['ini', 'generator']), { instanceOf: RunnerError })
  t.regex(
    `${error.message} ${error.hint ?? ''}`,
    /no enabled inventory plugin reads .*c\.yml enabled are ini, generator; it would be for auto or constructed/,
  )
})
