import type { RunAction } from '../runner/module/index.ts'
import { DATABASE_PYTHON } from './_db-python.ts'

/** Where the address of a service's database stands. */
export interface DatabaseAddress {
  readonly config: string
  readonly section: string
  /** Databases that are brought up to date along with it have its name with these behind it. */
  readonly also?: readonly string[] | undefined
}

/**
 * Runs `sync`, and where it fails on a schema that holds nothing, once more on an empty database. MySQL takes back no CREATE TABLE: the
 * first migration of a new service that was killed half way would find its own tables for ever. Nothing is lost: a table with a row that
 * no migration makes keeps everything as it is.
 */
export function syncAnew(sync: readonly string[], { config, section, also = [] }: DatabaseAddress): RunAction['argv'] {
  return ['sh', '-c', ANEW, EMPTIED, config, section, also.join(' '), ...sync]
}

const ANEW = `config=$1 section=$2 also=$3; shift 3
"$@"; rc=$?
[ "$rc" -ne 0 ] || exit 0
python3 -c "$0" "$config" "$section" $also || exit "$rc"
echo 'The schema was half made and held nothing; it is made anew.' >&2
"$@"`

/** Drops the tables of databases that hold nothing; exits with 1 where one is in use, or there is none. */
const EMPTIED = String.raw`${DATABASE_PYTHON}import sys
# Migrations themselves fill these; of the others they make the one row that is not counted.
SEEDS = {'alembic_version', 'migrate_version', 'quota_classes', 'volume_types', 'group_types', 'group_type_specs', 'workers'}
OTHERS = {'project': " WHERE id <> '<<keystone.domain.root>>'"}
config, section, also = sys.argv[1], sys.argv[2], sys.argv[3:]
address = address_in([config], section)
if address is None:
    sys.exit(1)
db = connect(address)
name = lambda *words: '.'.join('${'`'}%s${'`'}' % word for word in words)
found = []
with db.cursor() as cursor:
    for database in [address.path[1:] + suffix for suffix in [''] + also]:
        cursor.execute('SELECT table_name FROM information_schema.tables WHERE table_schema = %s', (database,))
        found += [(database, row[0]) for row in cursor.fetchall()]
    for table in found:
        cursor.execute('SELECT 1 FROM %s%s LIMIT 1' % (name(*table), OTHERS.get(table[1], '')))
        if table[1] not in SEEDS and cursor.fetchone():
            sys.exit(1)
    if not found:
        sys.exit(1)
    cursor.execute('SET FOREIGN_KEY_CHECKS = 0')
    for table in found:
        cursor.execute('DROP TABLE %s' % name(*table))
`
