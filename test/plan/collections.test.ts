import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { main } from '../../runner/cli/main.ts'
import { testIo } from '../cli/_io.ts'
import { project } from './_project.ts'

const COLLECTION = 'collections/ansible_collections'

/** What a playbook with one task is told before any host is connected to. */
async function checked(
  t: ExecutionContext,
  task: string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ code: number; err: string }> {
  const cwd = project(t, { 'site.yml': `- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ${task}\n`, ...files })
  const io = testIo({ cwd, env: { HOME: join(cwd, 'home') } })
  const code = await main(['site.yml', '--syntax-check'], io)
  return { code, err: io.err().replaceAll(`${cwd}/`, '') }
}

test('names of collections mean our own modules, with the collection or without', async (t) => {
  const names = [
    'ansible.builtin.copy: {dest: /a, content: b}',
    'ansible.legacy.copy: {dest: /a, content: b}',
    'ansible.posix.sysctl: {name: a, value: 1}',
    'community.mysql.mysql_db: {name: a}',
    'community.general.ini_file: {path: /a}',
    'community.rabbitmq.rabbitmq_vhost: {name: /a}',
    'openstack.cloud.project: {name: a}',
  ]
  for (const name of names) t.notRegex((await checked(t, name)).err, /resolve|Python/, name)
  const python = '#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n'
  const installed = { [`${COLLECTION}/openstack/cloud/plugins/modules/project.py`]: python }
  t.notRegex((await checked(t, 'openstack.cloud.project: {name: a}', installed)).err, /resolve|Python/)
})

test("a collection's module that needs Python is refused, with its file and the place", async (t) => {
  const python = '#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n'
  const module = await checked(t, 'demo.tools.deploy: {}', { [`${COLLECTION}/demo/tools/plugins/modules/deploy.py`]: python })
  t.is(module.code, 4)
  t.regex(module.err, /deploy\.py needs Python: it imports ansible\.module_utils\n {2}at site\.yml:4:7/)
  const action = await checked(t, 'demo.tools.deploy: {}', { [`${COLLECTION}/demo/tools/plugins/action/deploy.py`]: '' })
  t.regex(action.err, /plugins\/action\/deploy\.py needs Python: it is a plugin that runs on the controller/)
  const beside = await checked(t, 'deploy: {}', { 'action_plugins/deploy.py': '' })
  t.regex(beside.err, /action_plugins\/deploy\.py needs Python/)
})

test('a file that stands in front of a module of our own and needs Python is refused, and the way to ours is told', async (t) => {
  const files = { 'library/ini_file.py': '#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n' }
  t.regex(
    (await checked(t, 'ini_file: {path: /a}', files)).err,
    /library\/ini_file\.py needs Python[\s\S]*'ansible\.builtin\.ini_file' is it in any case/,
  )
  t.notRegex((await checked(t, 'ansible.builtin.ini_file: {path: /a}', files)).err, /Python/)
})

test('a name that nothing answers to is told with the nearest, or with the collection that is not there', async (t) => {
  t.regex(
    (await checked(t, 'ansible.posix.sysctrl: {}')).err,
    /couldn't resolve module\/action 'ansible\.posix\.sysctrl'[\s\S]*site\.yml:4:7[\s\S]*did you mean 'sysctl'/,
  )
  t.regex((await checked(t, 'demo.tools.whatever: {}')).err, /the collection demo\.tools is not installed/)
})

test('redirects that lead to each other, and to names without a collection, are errors', async (t) => {
  const runtime =
    'plugin_routing:\n  modules:\n    a: {redirect: demo.tools.b}\n    b: {redirect: demo.tools.a}\n    c: {redirect: short}\n'
  const files = { [`${COLLECTION}/demo/tools/meta/runtime.yml`]: runtime }
  t.regex((await checked(t, 'demo.tools.a: {}', files)).err, /plugin redirect loop resolving demo\.tools\.a/)
  t.regex((await checked(t, 'demo.tools.c: {}', files)).err, /the redirect of demo\.tools\.c to 'short' is invalid/)
})

test('a group of module_defaults that we know without its collection takes our modules of that name', async (t) => {
  const cwd = project(t, {
    'site.yml': `- hosts: localhost
  gather_facts: false
  module_defaults:
    group/os: {auth: {}}
  tasks:
    - openstack.cloud.project: {name: a}
`,
  })
  const io = testIo({ cwd, env: { HOME: join(cwd, 'home') } })
  t.is(await main(['site.yml', '--syntax-check'], io), 0, io.err())
  writeFileSync(join(cwd, 'wrong.yml'), '- hosts: localhost\n  module_defaults: {group/nobody: {}}\n')
  const wrong = testIo({ cwd, env: { HOME: join(cwd, 'home') } })
  t.is(await main(['wrong.yml', '--syntax-check'], wrong), 4)
  t.regex(wrong.err(), /could not resolve the module_defaults group ansible\.builtin\.nobody[\s\S]*wrong\.yml:2:\d+/)
})
