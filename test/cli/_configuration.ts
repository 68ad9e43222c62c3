import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { REFUSED_SETTINGS } from '../../runner/cli/refused-settings.ts'
import { SETTINGS } from '../../runner/cli/settings.ts'

/** What `ansible-config list` of ansible-core 2.19 says of each setting: its names in the environment and in ansible.cfg. */
const listSchema = z.record(z.string(), z.strictObject({ env: z.array(z.string()), ini: z.array(z.tuple([z.string(), z.string()])) }))

export const PAGE = join(import.meta.dirname, '../../docs/configuration.md')

export function ansibleSettings(): z.infer<typeof listSchema> {
  return listSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'ansible-settings.json'), 'utf8')))
}

const HEAD = `# Configuration

The settings of ansible.cfg and the variables \`ANSIBLE_*\`, by the names that \`ansible-config list\` of ansible-core 2.19 gives them. A variable
stands above ansible.cfg, a flag above both. The first ansible.cfg that exists is read: that of \`ANSIBLE_CONFIG\`, \`./ansible.cfg\`,
\`~/.ansible.cfg\`, \`/etc/ansible/ansible.cfg\`; the one in the working folder is left out, with a warning, where everybody may write there.

- **honoured**: it means here what it means there.
- **refused**: a value other than the one in brackets ends the command, since playbooks would mean something else.
- no effect: it is about Python, plugins of your own, other connections, Galaxy or colours, or there is nothing to choose here.

| setting | environment | ansible.cfg | here |
|---|---|---|---|
`

/** docs/configuration.md as it must be: \`node --import ./test/_loader.mjs test/cli/_configuration.ts\` writes it. */
export function configurationPage(): string {
  const core = Object.entries(ansibleSettings()).map(([name, { env, ini }]) =>
    row([name, env.map(code).join(', '), ini.map(([section, key]) => code(`[${section}] ${key}`)).join(', '), here(name)]),
  )
  const plugins = Object.entries(SETTINGS).filter(([name]) => name.includes(':'))
  const others = plugins.map(([name, setting]) =>
    row([
      name,
      'env' in setting ? code(setting.env) : '',
      code(`[${'section' in setting ? setting.section : 'defaults'}] ${setting.key}`),
      '**honoured**',
    ]),
  )
  return `${HEAD}${[...core, ...others].join('\n')}\n`
}

function here(name: string): string {
  if (name === 'TASK_TIMEOUT') return '**honoured** by `adhoc` and `console`; in playbooks write `timeout`'
  if (name === 'INVENTORY_ANY_UNPARSED_IS_FAILED') return 'always so: an inventory that cannot be read is an error'
  if (Object.hasOwn(SETTINGS, name)) return '**honoured**'
  const refused = Object.entries(REFUSED_SETTINGS).find(([known]) => known === name)?.[1]
  if (refused === undefined) return 'no effect'
  const [fine] = refused.fine
  return `**refused**${fine === undefined ? '' : ` (\`${fine}\`)`}: ${refused.why}`
}

function code(text: string): string {
  return `\`${text}\``
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, configurationPage())
