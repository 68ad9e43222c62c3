import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { main } from '../../runner/cli/main.ts'
import { testIo } from './_io.ts'

test('the console runs modules of collections and of the module path, and goes on after one that needs Python', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'stackrun-console-'))
  t.teardown(() => {
    rmSync(cwd, { recursive: true })
  })
  const files = {
    'there/ansible_collections/demo/tools/plugins/modules/say.sh': '#!/bin/sh\necho \'{"said": "by the collection"}\'\n',
    'mine/own.sh': '#!/bin/sh\necho \'{"said": "by my own"}\'\n',
    'mine/theirs.py': '#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  const io = testIo({
    cwd,
    input: 'theirs\ndemo.tools.say\nown\nexit\n',
    env: { HOME: join(cwd, 'home'), ANSIBLE_COLLECTIONS_PATH: 'there', ANSIBLE_LIBRARY: 'mine' },
  })
  t.is(await main(['console', 'localhost', '-i', 'localhost,', '-c', 'local'], io), 0, io.err())
  t.regex(io.err(), /theirs\.py needs Python/)
  t.regex(io.out(), /by the collection[\s\S]*by my own/)
})
