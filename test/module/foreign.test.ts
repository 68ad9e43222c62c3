import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { foreignModule, moduleFile } from '../../runner/module/foreign.ts'

function folder(t: ExecutionContext, files: Readonly<Record<string, string | Buffer>>): string {
  const path = mkdtempSync(join(tmpdir(), 'stackrun-foreign-'))
  t.teardown(() => {
    rmSync(path, { recursive: true })
  })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

test('a module has any ending, but not that of texts and leftovers', (t) => {
  const path = folder(t, { 'a.sh': '', b: '', 'c.md': '', 'c.pyc': '', 'd.pl': '', 'd.txt': '', 'e~': '' })
  t.is(moduleFile(path, 'a'), join(path, 'a.sh'))
  t.is(moduleFile(path, 'b'), join(path, 'b'))
  t.is(moduleFile(path, 'c'), undefined)
  t.is(moduleFile(path, 'd'), join(path, 'd.pl'))
  t.is(moduleFile(path, 'e'), undefined)
  t.is(moduleFile(path, '../a'), undefined)
  t.is(moduleFile(join(path, 'nowhere'), 'a'), undefined)
})

test('the text says how a script takes its arguments, and whether it heeds check mode', (t) => {
  const path = folder(t, {
    plain: '#!/bin/sh\n. "$1"\n',
    json: '#!/usr/bin/env ruby\n# WANT_JSON\n',
    inserted: '#!/bin/sh\nargs="<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"\n',
    careful: '#!/bin/sh\n. "$1"; [ "$_ansible_check_mode" = True ]\n',
    compiled: Buffer.from('\x7fELF\0\0_ansible_check_mode', 'latin1'),
  })
  const read = (name: string) => foreignModule(join(path, name))
  t.like(read('plain'), { protocol: 'key-value', interpreter: ['/bin/sh'], simulates: false })
  t.like(read('json'), { protocol: 'json', interpreter: ['/usr/bin/env', 'ruby'] })
  t.like(read('inserted'), { protocol: 'inserted' })
  t.like(read('careful'), { simulates: true })
  t.like(read('compiled'), { protocol: 'binary', interpreter: [], simulates: true })
})

test('what needs the libraries of Python or PowerShell is refused with the reason', (t) => {
  const path = folder(t, {
    'basic.py': '#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n',
    'named.py': '#!/usr/bin/python\nimport ansible.module_utils.basic\n',
    'near.py': '#!/usr/bin/python\nfrom ..module_utils.thing import Thing\n',
    'far.py': '#!/usr/bin/python\nfrom ansible_collections.a.b.plugins.module_utils.c import d\n',
    'win.ps1': '#!powershell\n#Requires -Module Ansible.ModuleUtils.Legacy\n',
    bare: 'echo "{}"\n',
    'free.py': '#!/usr/bin/python\n# WANT_JSON\nimport json, sys\n',
  })
  for (const name of ['basic.py', 'named.py', 'near.py', 'far.py'])
    t.throws(() => foreignModule(join(path, name)), { message: /needs Python: it imports ansible\.module_utils/ }, name)
  t.throws(() => foreignModule(join(path, 'win.ps1')), { message: /needs PowerShell/ })
  t.throws(() => foreignModule(join(path, 'bare')), { message: /is missing its interpreter line/ })
  t.like(foreignModule(join(path, 'free.py')), { protocol: 'json', interpreter: ['/usr/bin/python'] })
})
