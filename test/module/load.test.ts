import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { RunnerError } from '../../runner/base/error.ts'
import { createRegistry } from '../../runner/module/load.ts'
import type { ActionSpec, Registry } from '../../runner/module/registry.ts'

const debug: ActionSpec = {
  name: 'debug',
  kind: 'action',
  args: z.strictObject({}),
  aliases: {},
  freeForm: undefined,
  rawArgs: ['var'],
  module: undefined,
}

function source(name: string, extra = ''): string {
  return `import { defineModule, z, args } from 'stackrun'
import { greeting } from './_words.ts'
interface State { readonly there: boolean }
export default defineModule({
  name: '${name}', summary: 'A module of a test.', examples: [], ${extra}
  args: z.strictObject({ path: args.path(), force: args.bool().default(false) }),
  async check(): Promise<State> { return { there: false } },
  plan(state: State) { return state.there ? [] : [{ what: greeting, actions: [] }] },
})
`
}

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'stackrun-modules-'))
  writeFileSync(join(dir, '_words.ts'), "export const greeting: string = 'hello'\n")
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  return dir
}

function registryOf(files: Readonly<Record<string, string>>): Registry {
  return createRegistry({ builtinDir: folder(files), actions: [debug], warn: () => undefined })
}

test('a module is found by its short name and under the collections that Ansible users write', async (t) => {
  const registry = registryOf({ 'mk.ts': source('mk') })
  for (const name of ['mk', 'ansible.builtin.mk', 'ansible.legacy.mk', 'ansible.posix.mk', 'community.general.mk', 'community.mysql.mk']) {
    t.is((await registry.find(name))?.name, 'mk', name)
  }
  t.is(await registry.find('mk'), await registry.find('ansible.builtin.mk'))
})

test('a module of another collection is found by the qualified names it lists, and by no others', async (t) => {
  const registry = registryOf({ 'mk.ts': source('mk', "fqcn: ['openstack.cloud.make'],"), 'other.ts': source('other') })
  t.is((await registry.find('openstack.cloud.make'))?.name, 'mk')
  t.is(await registry.find('openstack.cloud.mk'), undefined)
})

test('actions of the controller come before files and keep their raw arguments', async (t) => {
  const registry = registryOf({ 'debug.ts': source('debug') })
  t.is(await registry.find('debug'), debug)
  t.is(await registry.find('ansible.builtin.debug'), debug)
})

test('an unknown name gives nothing, and names lists what there is', async (t) => {
  const registry = registryOf({ 'mk.ts': source('mk'), 'ab.ts': source('ab'), '_shared.ts': '' })
  t.is(await registry.find('nothing'), undefined)
  t.is(await registry.find('../mk'), undefined)
  t.deepEqual(registry.names(), ['ab', 'debug', 'mk'])
})

test("the user's module beside a playbook outside the repository wins over a module of the same name", async (t) => {
  const registry = registryOf({ 'mk.ts': source('mk') })
  const own = folder({ 'mk.ts': source('mk', "description: 'mine',") })
  t.is((await registry.find('mk', ['/nowhere', own]))?.module?.description, 'mine')
  t.is((await registry.find('ansible.legacy.mk', [own]))?.module?.description, 'mine')
  t.is((await registry.find('ansible.builtin.mk', [own]))?.module?.description, undefined)
})

test('a module works through the contract after loading: schema, defaults and plan', async (t) => {
  const spec = await registryOf({ 'mk.ts': source('mk') }).find('mk')
  t.deepEqual(spec?.args.parse({ path: '/srv', force: 'yes' }), { path: '/srv', force: true })
  t.deepEqual(spec?.module?.plan({ there: false }, {}), [{ what: 'hello', actions: [] }])
})

test('a JavaScript module loads too, without a package.json', async (t) => {
  const own = folder({
    'js.js':
      "import { defineModule, z } from 'stackrun'\nexport default defineModule({ name: 'js', summary: '', examples: [], args: z.strictObject({}), check: async () => ({}), plan: () => [] })\n",
  })
  t.is((await registryOf({}).find('js', [own]))?.name, 'js')
})

test('a file that is no module is refused with its path and what is missing', async (t) => {
  const own = folder({
    'bad.ts': "export default { name: 'bad', summary: 'x' }\n",
    'none.ts': 'export const a = 1\n',
    'other.ts': source('another'),
  })
  const registry = registryOf({})
  const bad = await t.throwsAsync(registry.find('bad', [own]), { instanceOf: RunnerError, code: 'syntax' })
  t.true(bad.message.startsWith(join(own, 'bad.ts')))
  t.regex(bad.message, /'args' is not a zod schema; 'examples' is not a list; 'check' is not a function; 'plan' is not a function/)
  await t.throwsAsync(registry.find('none', [own]), { message: /no default export/ })
  await t.throwsAsync(registry.find('other', [own]), { message: /defines a module named 'another'/ })
})

test('a file that does not parse is refused with its path', async (t) => {
  const own = folder({ 'broken.ts': 'export default {\n' })
  const error = await t.throwsAsync(registryOf({}).find('broken', [own]), { instanceOf: RunnerError })
  t.true(error.message.includes(join(own, 'broken.ts')))
})

test("an error inside a user's module names the line of the TypeScript source", async (t) => {
  const own = folder({
    'deep.ts': source('deep').replace(
      'return state.there',
      "\n\n    if (!state.there) throw new Error('deep down')\n    return state.there",
    ),
  })
  const spec = await registryOf({}).find('deep', [own])
  const error = t.throws(() => spec?.module?.plan({ there: false }, {}))
  t.regex(error.stack ?? '', /deep\.ts:10:/)
})

test('a role folder inside the repository works the same way', async (t) => {
  const dir = join(import.meta.dirname, '../../.stackrun/test-modules')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, '_words.ts'), "export const greeting = 'hi'\n")
  writeFileSync(join(dir, 'inside.ts'), source('inside'))
  t.is((await registryOf({}).find('inside', [dir]))?.name, 'inside')
})
