import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { main } from '../../runner/cli/main.ts'
import { REFUSED_SETTINGS } from '../../runner/cli/refused-settings.ts'
import { SETTINGS } from '../../runner/cli/settings.ts'
import { ansibleSettings, configurationPage, PAGE } from './_configuration.ts'
import { testIo } from './_io.ts'

const PLAYBOOK = '- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {msg: hi}}]\n'

function folder(config: string): string {
  const cwd = mkdtempSync(join(tmpdir(), 'stackrun-configuration-'))
  writeFileSync(join(cwd, 'ansible.cfg'), config)
  writeFileSync(join(cwd, 'site.yml'), PLAYBOOK)
  return cwd
}

test('docs/configuration.md is what the code says', (t) => {
  t.is(readFileSync(PAGE, 'utf8'), configurationPage())
})

test('each setting is known to ansible-core by the same names', (t) => {
  const known = ansibleSettings()
  for (const [name, setting] of [...Object.entries(SETTINGS), ...Object.entries(REFUSED_SETTINGS)]) {
    if (name.includes(':')) continue
    const section = 'section' in setting ? setting.section : 'defaults'
    if ('env' in setting) t.true(known[name]?.env.includes(setting.env), name)
    t.true(
      known[name]?.ini.some(([where, key]) => where === section && key === setting.key),
      name,
    )
  }
})

test('a setting that would change what playbooks mean is refused, with the place it stands at', async (t) => {
  const cwd = folder('[defaults]\nhash_behaviour = merge\n')
  const io = testIo({ cwd })
  t.is(await main(['site.yml', '-i', 'localhost,'], io), 5)
  t.regex(
    io.err(),
    /hash_behaviour in .*ansible\.cfg is 'merge', which is not to be had here: mappings are replaced; use the filter combine/,
  )
  const fine = testIo({ cwd: folder('[defaults]\nhash_behaviour = replace\nstrategy = linear\n'), env: { HOME: '/nowhere' } })
  t.is(await main(['site.yml'], fine), 0, fine.err())
  const variable = testIo({ cwd: folder(''), env: { ANSIBLE_STRATEGY: 'free' } })
  t.is(await main(['site.yml'], variable), 5)
  t.regex(variable.err(), /the environment variable ANSIBLE_STRATEGY is 'free'/)
})

test('where everybody may write, ansible.cfg is not read, and that is said', async (t) => {
  const cwd = folder('[defaults]\nhash_behaviour = merge\n')
  chmodSync(cwd, 0o777)
  const io = testIo({ cwd, tool: 'ansible-playbook', env: { HOME: '/nowhere' } })
  t.is(await main(['site.yml'], io), 0, io.err())
  t.regex(io.err(), /\[WARNING\]: Ansible is being run in a world writable directory \(.*\), ignoring it as an ansible\.cfg source\./)
})

test('each honoured setting is asked for somewhere', (t) => {
  const folder = join(import.meta.dirname, '../../runner/cli')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && file !== 'settings.ts')
  const code = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('')
  for (const name of Object.keys(SETTINGS)) t.true(code.includes(`'${name}'`), name)
})
