import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import brctl from '../../modules/brctl.ts'
import command from '../../modules/command.ts'
import copy from '../../modules/copy.ts'
import file from '../../modules/file.ts'
import find from '../../modules/find.ts'
import script from '../../modules/script.ts'
import stat from '../../modules/stat.ts'
import sysctl from '../../modules/sysctl.ts'
import waitFor from '../../modules/wait_for.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const folder = mkdtempSync(join(tmpdir(), 'shells-'))
test.after.always(() => {
  rmSync(folder, { recursive: true })
})

for (const shell of ['dash', 'bash', 'busybox sh'] as const) {
  const at = (name: string): string => join(folder, shell.replace(' ', '-'), name)

  test(`${shell}: what modules ask and do is POSIX shell`, async (t) => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
    t.teardown(() => server.close())
    const made = await runTwice(file, { path: at('a/b'), state: 'directory', mode: '0750', owner: 'root' }, { shell })
    t.deepEqual([made.first.status, made.second.status], ['changed', 'ok'])
    t.is((await runTwice(file, { path: at('link'), src: 'a', state: 'link' }, { shell })).second.status, 'ok')
    t.is((await runTwice(file, { path: at('link'), src: 'a/b', state: 'link' }, { shell })).second.status, 'ok')
    t.is((await runTwice(file, { path: at('a'), state: 'directory', recurse: true, mode: 'u=rwX,go=' }, { shell })).second.status, 'ok')
    t.is((await runTwice(copy, { content: "it's $x\n", dest: at('a/text') }, { shell })).second.status, 'ok')
    t.is((await runTwice(copy, { src: at('a/text'), dest: at('a/copy'), remote_src: true, backup: true }, { shell })).second.status, 'ok')
    t.like((await runModule(stat, { path: at('a/text') }, { shell })).data['stat'], { size: 8, readable: true, isreg: true })
    t.is((await runModule(find, { paths: at(''), recurse: true, get_checksum: true }, { shell })).data['matched'], 2)
    t.is((await runModule(command, { cmd: 'echo $HOME "a b"' }, { shell })).data['stdout'], `${process.env['HOME'] ?? ''} a b`)
    writeFileSync(at('s'), '#!/bin/sh\necho "$1"\n')
    t.is((await runModule(script, { cmd: `${at('s')} 'x y'` }, { shell })).data['stdout'], 'x y\n')
    t.is((await runModule(waitFor, { port, timeout: 2 }, { shell })).status, 'ok')
    t.is((await runModule(waitFor, { port, timeout: 1, state: 'drained' }, { shell })).status, 'ok')
    t.is((await runModule(waitFor, { port: 1, timeout: 1 }, { shell })).status, 'failed')
    t.is((await runModule(brctl, { bridge: 'br-none', state: 'absent' }, { shell })).status, 'ok')
    const setting = { name: 'vm.swappiness', value: 10, sysctl_file: at('sysctl.conf'), reload: false }
    t.is((await runTwice(sysctl, setting, { shell })).second.status, 'ok')
  })
}
