import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { argumentDocs, moduleDocs } from '../../runner/module/docs.ts'
import { args, defineModule, z } from '../../runner/module/index.ts'
import { modulePages } from '../../runner/module/pages.ts'

const root = join(import.meta.dirname, '../..')

const bridge = defineModule({
  name: 'bridge',
  summary: 'Ensure a bridge.',
  aliases: { br: 'name' },
  freeForm: 'name',
  checkMode: 'none',
  fqcn: ['net.tools.bridge'],
  args: z
    .strictObject({
      name: z.string().describe('Its name | label.'),
      ports: args.list(args.str()).default([]),
      stp: args.bool().default(false).describe('Spanning tree.'),
      state: z.enum(['present', 'absent']).default('present'),
      mtu: args.int().optional(),
    })
    .refine(() => true),
  returns: z.object({ ports: z.array(z.string()).describe('Its ports.') }),
  examples: [
    { name: 'Make one', yaml: 'bridge:\n  name: br0\n' },
    { name: 'Short', yaml: '- bridge: br1\n' },
  ],
  check: () => Promise.resolve({}),
  plan: () => [],
})

test('arguments tell their type, default, choices and other names, from the schema alone', (t) => {
  const docs = argumentDocs(bridge)
  t.deepEqual(
    docs.map(({ name, type, required, default: fallback }) => [name, type, required, fallback]),
    [
      ['name', 'string', true, undefined],
      ['ports', 'list of string', false, '[]'],
      ['stp', 'yes/no', false, 'false'],
      ['state', 'string', false, '"present"'],
      ['mtu', 'integer', false, undefined],
    ],
  )
  t.deepEqual(docs[0]?.aliases, ['br'])
  t.deepEqual(docs[3]?.choices, ['present', 'absent'])
})

test('a page has the contract in it', (t) => {
  const page = moduleDocs(bridge)
  t.true(page.startsWith('# bridge\n\nEnsure a bridge.\n'))
  t.true(page.includes('| `name` (`br`) | string | required | Its name \\| label. |'))
  t.true(page.includes('| `state` | string | `"present"` | One of `present`, `absent`. |'))
  t.true(page.includes('| `ports` | list of string | Its ports. |'))
  t.true(page.includes('Free-form text (`bridge: TEXT`) goes to `name`.'))
  t.true(page.includes('reported as unknown'))
  t.true(page.includes('`net.tools.bridge`'))
  t.true(page.includes('```yaml\n- name: Make one\n  bridge:\n    name: br0\n\n- bridge: br1\n```'))
})

test('the pages in docs/modules are those of the modules as they are (npm run docs)', async (t) => {
  const folder = join(root, 'docs/modules')
  const pages = await modulePages(join(root, 'modules'))
  t.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort())
  for (const [file, text] of pages) t.is(readFileSync(join(folder, file), 'utf8'), text, file)
})
