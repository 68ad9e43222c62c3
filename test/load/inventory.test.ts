import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { formatSource } from '../../runner/base/source.ts'
import { Template, toPlain } from '../../runner/base/value.ts'
import { loadInventory } from '../../runner/load/inventory.ts'
import type { Inventory } from '../../runner/load/inventory-types.ts'
import { createScope } from '../../runner/load/vars.ts'
import { engine } from './_engine.ts'
import { folder } from './_folder.ts'

const options = { playbookDirs: [], warn: () => undefined, engine }

async function ini(t: ExecutionContext, text: string): Promise<Inventory> {
  return loadInventory([join(folder(t, { hosts: text }), 'hosts')], options)
}

async function yaml(t: ExecutionContext, text: string): Promise<Inventory> {
  return loadInventory([join(folder(t, { 'hosts.yml': text }), 'hosts.yml')], options)
}

function variable(inventory: Inventory, host: string, name: string): unknown {
  const binding = createScope(inventory.layersOf(host)).get(name)
  return binding === undefined ? undefined : binding.value instanceof Template ? binding.value : toPlain(binding.value)
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof RunnerError)
      return `${error.source === undefined ? '' : formatSource(error.source).replace(/^.*\//, '')} ${error.message} ${error.hint ?? ''}`
    throw error
  }
  return 'accepted'
}

test('INI values are Python literals, yes and 0755 stay text', async (t) => {
  const inventory = await ini(
    t,
    'h n=5 f=1.5 hex=0x1f l="[1, \'a\']" d="{\'k\': None}" y=yes t=True o=0755 q="a b" e=a=b none=None s=\'5\' tmpl="{{ x }}" # end\n',
  )
  const expected = {
    n: 5,
    f: 1.5,
    hex: 31,
    l: [1, 'a'],
    d: { k: null },
    y: 'yes',
    t: true,
    o: '0755',
    q: 'a b',
    e: 'a=b',
    none: null,
    s: 5,
  }
  for (const [name, value] of Object.entries(expected)) t.deepEqual(variable(inventory, 'h', name), value, name)
  t.true(variable(inventory, 'h', 'tmpl') instanceof Template)
})

test('INI groups, children, group variables and ports', async (t) => {
  const inventory = await ini(
    t,
    '# c\nalone\n[web]\nw1:2222\nw2\n[prod:children]\nweb\ndb\n[db]\nd1\n[prod:vars]\nlevel = prod\npath="quoted"\n; c\n',
  )
  t.deepEqual(inventory.hosts, ['alone', 'w1', 'w2', 'd1'])
  t.deepEqual(inventory.hostsOf('prod'), ['w1', 'w2', 'd1'])
  t.deepEqual(inventory.hostsOf('ungrouped'), ['alone'])
  t.deepEqual(inventory.groupsOf('w1'), ['prod', 'web'])
  t.deepEqual(
    ['ansible_port', 'level', 'path'].map((name) => variable(inventory, 'w1', name)),
    [2222, 'prod', 'quoted'],
  )
})

test('ranges count, keep their digits, step, and go through letters', async (t) => {
  const inventory = await ini(t, 'w[01:03].x\nn[1:9:4]\nl[a:c]\nm[1:2][a:b]\n')
  t.deepEqual(inventory.hosts, ['w01.x', 'w02.x', 'w03.x', 'n1', 'n5', 'n9', 'la', 'lb', 'lc', 'm1a', 'm1b', 'm2a', 'm2b'])
  t.regex(await refusal(ini(t, 'ok\nw[3:1]\n')), /^hosts:2:1 the range/)
})

test('mistakes of an INI inventory name their place', async (t) => {
  t.regex(await refusal(ini(t, 'h1 oops\n')), /^hosts:1:4 expected name=value/)
  t.regex(await refusal(ini(t, '[web]\nh\n[wbe:vars]\na=1\n')), /^hosts:3:1 .*did you mean 'web'/)
  t.regex(await refusal(ini(t, '[a:b:c]\n')), /^hosts:1:1 the section/)
  t.regex(await refusal(ini(t, 'h a="x\n')), /^hosts:1:5 a quote is not closed/)
  t.regex(await refusal(ini(t, '[a:children]\nb\n[b:children]\na\n')), /^hosts:4:1 .*contain itself/)
})

test('YAML groups nest, variables keep their types', async (t) => {
  const inventory = await yaml(
    t,
    'all:\n  vars: {a: 1}\n  hosts:\n    alone:\n  children:\n    web:\n      hosts:\n        w[1:2]: {mode: 0755}\n      vars: {b: "{{ a }}"}\n      children:\n        inner: {hosts: {deep: {}}}\n',
  )
  t.deepEqual(inventory.hosts, ['alone', 'w1', 'w2', 'deep'])
  t.deepEqual(inventory.hostsOf('web'), ['w1', 'w2', 'deep'])
  t.is(variable(inventory, 'w2', 'mode'), 493)
  t.is(variable(inventory, 'deep', 'a'), 1)
  t.deepEqual(inventory.childrenOf('web'), ['inner'])
})

test('mistakes of a YAML inventory name their place', async (t) => {
  t.regex(await refusal(yaml(t, 'all:\n  hosts:\n    - a\n')), /^hosts.yml:3:5 .*must be a mapping/)
  t.regex(await refusal(yaml(t, 'all:\n  hosts:\n    1234:\n')), /^hosts.yml:3:5 .*quote it/)
  t.regex(await refusal(yaml(t, '- a\n')), /^hosts.yml:1:1 .*mapping of groups/)
  const warnings: string[] = []
  const root = folder(t, { 'h.yml': 'web:\n  host: {a: }\n' })
  await loadInventory([join(root, 'h.yml')], {
    ...options,
    warn: (message, _source, hint) => warnings.push(`${message}; ${hint ?? ''}`),
  })
  t.regex(warnings[0] ?? '', /"host" in group "web" is ignored.*did you mean 'hosts'/)
})

test('a folder is read by name, backups and other endings left out', async (t) => {
  const root = folder(t, {
    '10-a.yml': 'all: {hosts: {a: }, vars: {v: first}}\n',
    '20-b': '[all:vars]\nv=second\n[x]\nb\n',
    'c.ini': 'c\n',
    'd.cfg': 'no\n',
    'e~': 'no\n',
    'f.orig': 'no\n',
    'README.md': 'no\n',
    '.hidden': 'no\n',
    'sub/g': 'g\n',
    'group_vars/x.yml': 'w: 1\n',
  })
  const inventory = await loadInventory([root], options)
  t.deepEqual([...inventory.hosts].sort(), ['a', 'b', 'c', 'g'])
  t.is(variable(inventory, 'a', 'v'), 'second')
  t.is(variable(inventory, 'b', 'w'), 1)
})

test("a script answers --list, its _meta gives the hosts' variables", async (t) => {
  const root = folder(t, {
    script:
      '#!/bin/sh\n[ "$1" = --list ] || exit 3\necho \'{"web": {"hosts": ["s1"], "vars": {"a": 1}, "children": ["sub"]}, "sub": ["s2"], "_meta": {"hostvars": {"s1": {"b": [2]}}}}\'\n',
  })
  const inventory = await loadInventory([join(root, 'script')], options)
  t.deepEqual(inventory.hostsOf('web'), ['s1', 's2'])
  t.deepEqual(
    ['a', 'b'].map((name) => variable(inventory, 's1', name)),
    [1, [2]],
  )
  const broken = folder(t, { script: '#!/bin/sh\nexit 7\n' })
  t.regex(await refusal(loadInventory([join(broken, 'script')], options)), /ended with status 7/)
})

test('a script without _meta is asked for each host', async (t) => {
  const root = folder(t, { script: '#!/bin/sh\ncase $1 in --list) echo \'{"g": ["s1"]}\';; --host) echo "{\\"me\\": \\"$2\\"}";; esac\n' })
  t.is(variable(await loadInventory([join(root, 'script')], options), 's1', 'me'), 's1')
})

test('lists with a comma, several sources, and a source that is not there', async (t) => {
  const root = folder(t, { one: 'a v=1\n', two: 'a v=2\nb\n' })
  const inventory = await loadInventory([join(root, 'one'), join(root, 'two'), 'c:2200, d,'], options)
  t.deepEqual(inventory.hosts, ['a', 'b', 'c', 'd'])
  t.is(variable(inventory, 'a', 'v'), 2)
  t.is(variable(inventory, 'c', 'ansible_port'), 2200)
  t.regex(await refusal(loadInventory([join(root, 'nope')], options)), /does not exist .*comma/)
})

test('the precedence of inventory variables is that of the language', async (t) => {
  const root = folder(t, {
    'inv/hosts':
      '[parent:children]\nchild\n[child]\nh v8=file\n[all:vars]\nv1=1\nv2=file\n[child:vars]\nv3=child\nv4=file\nv5=file\n[parent:vars]\nv3=parent\n',
    'inv/group_vars/all.yml': 'v2: inv-all\nv9: inv-all\n',
    'pb/group_vars/all/a.yml': 'v9: pb-all\nv4: pb-all\n',
    'inv/group_vars/child': 'v4: inv-child\nv5: inv-child\n',
    'pb/group_vars/child.yaml': 'v5: pb-child\n',
    'inv/host_vars/h.yml': 'v8: inv-host\nv7: inv-host\n',
    'pb/host_vars/h.json': '{"v7": "pb-host"}',
  })
  const inventory = await loadInventory([join(root, 'inv/hosts')], { ...options, playbookDirs: [join(root, 'pb')] })
  t.deepEqual(
    ['v1', 'v2', 'v3', 'v4', 'v5', 'v7', 'v8', 'v9'].map((name) => variable(inventory, 'h', name)),
    [1, 'inv-all', 'child', 'inv-child', 'pb-child', 'pb-host', 'inv-host', 'pb-all'],
  )
})

test('groups of one depth: priority first, then the later name', async (t) => {
  const inventory = await ini(
    t,
    '[a]\nh\n[b]\nh\n[c]\nh\n[a:vars]\nv=a\nw=a\nansible_group_priority=10\n[b:vars]\nv=b\nw=b\nx=b\n[c:vars]\nx=c\n',
  )
  t.deepEqual(
    ['v', 'w', 'x', 'ansible_group_priority'].map((name) => variable(inventory, 'h', name)),
    ['a', 'a', 'c', undefined],
  )
})

test('hosts and groups that a run adds are seen at once', async (t) => {
  const inventory = await ini(t, '[web]\nw1\n[web:vars]\na=1\n')
  const vars = { layer: 'inventory file host vars', vars: new Map([['k', { value: 'v' }]]) } as const
  t.is(inventory.addHost('new', ['web', 'fresh'], vars), 'added')
  t.is(inventory.addHost('new', ['web'], vars), 'same')
  t.deepEqual(inventory.hostsOf('web'), ['w1', 'new'])
  t.deepEqual(
    ['a', 'k'].map((name) => variable(inventory, 'new', name)),
    [1, 'v'],
  )
  t.is(inventory.addGroup('os_debian', 'w1', ['os']), 'changed')
  t.is(inventory.addGroup('os_debian', 'w1', ['os']), 'same')
  t.deepEqual(inventory.hostsOf('os'), ['w1'])
  t.deepEqual(inventory.groupsOf('w1'), ['os', 'os_debian', 'web'])
})

test('localhost is there though no inventory names it, but not in all', async (t) => {
  const inventory = await ini(t, 'h\n')
  t.deepEqual(inventory.select('localhost'), ['localhost'])
  t.deepEqual(inventory.select('all'), ['h'])
  t.is(variable(inventory, 'localhost', 'ansible_connection'), 'local')
})
