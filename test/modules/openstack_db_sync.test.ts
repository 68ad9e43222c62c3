import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { syncAnew } from '../../modules/_db-half-made.ts'

test('a schema is made anew only where its migration fails and it holds nothing', (t) => {
  t.deepEqual(sync(t, { fails: 0, empties: 0 }), { status: 0, syncs: 1 })
  t.deepEqual(sync(t, { fails: 1, empties: 0 }), { status: 0, syncs: 2 })
  t.deepEqual(sync(t, { fails: 2, empties: 0 }), { status: 3, syncs: 2 })
  t.deepEqual(sync(t, { fails: 1, empties: 1 }), { status: 3, syncs: 1 })
})

/** With a migration that fails so many times with 3, and an answer of the program that empties databases. */
function sync(t: ExecutionContext, { fails, empties }: { fails: number; empties: number }): { status: number | null; syncs: number } {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-db-sync-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  program(join(folder, 'python3'), `[ "$3 $4 $5" = "/etc/x.conf database _cell0" ] && exit ${String(empties)}`)
  program(join(folder, 'migrate'), `echo sync; echo >>${folder}/runs; [ $(wc -l <${folder}/runs) -gt ${String(fails)} ] || exit 3`)
  const [file = '', ...argv] = syncAnew(['migrate'], { config: '/etc/x.conf', section: 'database', also: ['_cell0'] })
  const { status, stdout } = spawnSync(file, argv, { encoding: 'utf8', env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } })
  return { status, syncs: stdout.split('sync').length - 1 }
}

function program(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
}
