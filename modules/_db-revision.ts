import { DATABASE_PYTHON } from './_db-python.ts'

/** Where a service's migrations are, and which database they are for. */
export interface Migrations {
  /** Below a folder that Python's packages are in. */
  readonly folder: string
  /** Files in which `connection` stands; the last one counts. */
  readonly config: readonly string[]
  readonly section: string
}

/** Exits with 0 where the database has all migrations of the folder. Whatever it does not understand is an error: then the service is asked. */
export function revisionCommand({ folder, config, section }: Migrations): readonly string[] {
  return ['python3', '-c', READ_REVISION, section, folder, ...config]
}

/**
 * What `alembic current` and `alembic heads` tell, in a thirtieth of the time: neither the service nor Alembic is loaded. A head is
 * there where the database has it or a migration that needs it.
 */
export const READ_REVISION = String.raw`${DATABASE_PYTHON}import glob, os, sys
section, folder, files = sys.argv[1], sys.argv[2], sys.argv[3:]
address = address_in(files, section)
if address is None:
    sys.exit('not an address that can be read here')
root = next(path for path in (os.path.join(each, folder) for each in sys.path) if os.path.isdir(path))
needs, followed = {}, set()
for path in glob.glob(root + '/**/*.py', recursive=True):
    said = dict(re.findall(r'^(revision|down_revision|depends_on)\b[^=\n]*=\s*(\([^)]*\)|[^\n]*)', open(path, encoding='utf-8').read(), re.M))
    if 'revision' not in said:
        continue
    words = {key: re.findall(r'''['"]([^'"]+)['"]''', value) for key, value in said.items()}
    if any(not words[key] and not re.match(r'None|\(\)', said[key]) for key in said):
        sys.exit(path + ' is not understood')
    before = words.get('down_revision', [])
    needs[words['revision'][0]] = before + words.get('depends_on', [])
    followed.update(before)
db = connect(address, database=address.path[1:])
with db.cursor() as cursor:
    cursor.execute('SELECT version_num FROM alembic_version')
    found = [row[0] for row in cursor.fetchall()]
made = set()
while found:
    revision = found.pop()
    if revision not in made:
        made.add(revision)
        found += needs[revision]
heads = set(needs) - followed
sys.exit(0 if heads and heads <= made else 'behind')
`
