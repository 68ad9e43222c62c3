import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { z } from 'zod'
import { syncAnew } from '../../modules/_db-half-made.ts'

test('a schema is made anew only where its migration fails and it holds nothing', (t) => {
  t.deepEqual(sync(t, { fails: 0, empties: 0 }), { status: 0, syncs: 1 })
  t.deepEqual(sync(t, { fails: 1, empties: 0 }), { status: 0, syncs: 2 })
  t.deepEqual(sync(t, { fails: 2, empties: 0 }), { status: 3, syncs: 2 })
  t.deepEqual(sync(t, { fails: 1, empties: 1 }), { status: 3, syncs: 1 })
})

test('what migrations fill themselves does not keep a half made schema; what a service or a person has put there does', (t) => {
  t.deepEqual(emptied(t, { project: ['<<keystone.domain.root>>'], user: [], alembic_version: ['27e647c0fad4'] }), [])
  t.deepEqual(emptied(t, { project: ['<<keystone.domain.root>>', 'default'], user: [] }), ['project', 'user'])
  t.deepEqual(emptied(t, { workers: ['1'], group_types: ['1'], group_type_specs: ['1'], volume_types: ['1'], quota_classes: ['1'] }), [])
  t.deepEqual(emptied(t, { volume_types: ['1'], services: ['1'] }), ['services', 'volume_types'])
})

/** The tables that are left after a migration that fails once, of a database with these tables and ids in them. */
function emptied(t: ExecutionContext, tables: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-db-sync-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  writeFileSync(join(folder, 'x.conf'), '[database]\nconnection = mysql+pymysql://x:y@nowhere/x\n')
  writeFileSync(join(folder, 'tables.json'), JSON.stringify(tables))
  writeFileSync(join(folder, 'pymysql.py'), SQLITE)
  program(join(folder, 'migrate'), `[ -e ${folder}/ran ] || { touch ${folder}/ran; exit 3; }`)
  const [file = '', ...argv] = syncAnew(['migrate'], { config: join(folder, 'x.conf'), section: 'database' })
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, PYTHONPATH: folder, HOME: process.env['HOME'] }
  const { stderr } = spawnSync(file, argv, { encoding: 'utf8', env, cwd: folder })
  t.false(stderr.includes('Traceback'), stderr)
  return z.array(z.string()).parse(JSON.parse(readFileSync(join(folder, 'left.json'), 'utf8')))
}

/** Answers with SQLite what MySQL is asked, and keeps the names of the tables that are left. */
const SQLITE = String.raw`import json, re, sqlite3
db = sqlite3.connect(':memory:')
for table, ids in json.load(open('tables.json')).items():
    db.execute('CREATE TABLE "%s" (id)' % table)
    for each in ids:
        db.execute('INSERT INTO "%s" VALUES (?)' % table, (each,))
def tables():
    return [(row[0],) for row in db.execute("SELECT name FROM sqlite_master ORDER BY name")]
class Cursor:
    rows = []
    def __enter__(self):
        return self
    def __exit__(self, *args):
        json.dump([row[0] for row in tables()], open('left.json', 'w'))
    def execute(self, text, args=None):
        if text.startswith('SET '):
            return
        text = re.sub(r'.x.\.(.)(\w+)\1', r'"\2"', text)
        self.rows = tables() if 'information_schema' in text else db.execute(text).fetchall()
    def fetchall(self):
        return self.rows
    def fetchone(self):
        return self.rows[0] if self.rows else None
class Connection:
    def cursor(self):
        return Cursor()
def connect(**address):
    assert address['host'] == 'nowhere', address
    return Connection()
`

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
