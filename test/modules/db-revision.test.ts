import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { revisionCommand } from '../../modules/_db-revision.ts'

/** Stands in for the client of the database: it lets in whom the configuration names, and has what FOUND names. */
const PYMYSQL = `import os
class Connection:
    def __init__(self, **who):
        assert who == {'host': 'db', 'port': 3306, 'user': 'nova', 'password': 'p@ss', 'database': 'nova', 'connect_timeout': 5}, who
    def cursor(self): return self
    def __enter__(self): return self
    def __exit__(self, *what): pass
    def execute(self, statement): pass
    def fetchall(self): return [(word,) for word in os.environ['FOUND'].split()]
def connect(**who): return Connection(**who)
`

const CONFIG = `[database]
connection = mysql+pymysql://nova:p%40ss@db/nova?charset=utf8mb4
[api_database]
connection = mysql+pymysql://other@elsewhere/other
# connection = mysql+pymysql://nobody@nowhere/none
`

const LINE = {
  'a.py': "revision = 'aaaaaaaaaaaa'\ndown_revision = None\n",
  'b.py': "revision: str = 'bbbbbbbbbbbb'\ndown_revision = 'aaaaaaaaaaaa'\ndepends_on = ()\n",
  'env.py': 'import nothing\n',
}

test('a database at the newest migration is up to date', isCurrent, LINE, 'bbbbbbbbbbbb', 0)
test('one behind it is not', isCurrent, LINE, 'aaaaaaaaaaaa', 1)
test('an empty one is not', isCurrent, LINE, '', 1)
test('one of a newer release is not', isCurrent, LINE, 'cccccccccccc', 1)

const BRANCHES = {
  ...LINE,
  'zed/c.py': "revision = 'cccccccccccc'\ndown_revision = 'aaaaaaaaaaaa'\n",
  'zed/d.py': "revision = 'dddddddddddd'\ndown_revision = ('cccccccccccc',\n    'bbbbbbbbbbbb')\n",
  'zed/e.py': "revision = 'eeeeeeeeeeee'\ndown_revision = 'cccccccccccc'\n",
}

test('every branch must be at its head', isCurrent, BRANCHES, 'dddddddddddd eeeeeeeeeeee', 0)
test('one branch behind is not up to date', isCurrent, BRANCHES, 'dddddddddddd', 1)

const NEEDING = { ...LINE, 'c.py': "revision = 'cccccccccccc'\ndown_revision = 'aaaaaaaaaaaa'\ndepends_on = ('bbbbbbbbbbbb',)\n" }

test('a migration that needs the head of another branch stands for it', isCurrent, NEEDING, 'cccccccccccc', 0)

test(
  'what is not written as a text is not guessed',
  isCurrent,
  { ...LINE, 'b.py': 'revision = NAME\ndown_revision = OTHER\n' },
  'aaaaaaaaaaaa',
  1,
)

async function isCurrent(t: ExecutionContext, files: Readonly<Record<string, string>>, found: string, code: number): Promise<void> {
  const root = await mkdtemp('/var/tmp/stackrun-revision-')
  t.teardown(() => rm(root, { recursive: true, force: true }))
  const config = join(root, 'nova.conf')
  await writeFile(config, CONFIG)
  await writeFile(join(root, 'pymysql.py'), PYMYSQL)
  await mkdir(join(root, 'nova/versions/zed'), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, 'nova/versions', name), text)
  const [program = '', ...argv] = revisionCommand({ folder: 'nova/versions', config: [config], section: 'database' })
  const env = { ...process.env, PYTHONPATH: root, PYTHONDONTWRITEBYTECODE: '1', FOUND: found }
  const ended = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(program, argv, { env, cwd: '/' }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stderr })
    })
  })
  t.is(ended.code, code, ended.stderr)
}
