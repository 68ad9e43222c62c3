import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATABASE_SERVICES } from '../../modules/_db-services.ts'
import { quote, quoteArgv } from '../../runner/base/quote.ts'

/** The services with a database, which has the service's name; Compute before its API, whose database tells where the cells are. */
export const SERVICES = Object.keys(DATABASE_SERVICES).reverse()

const FOLDER = '/run/stackrun-test'

/** Shell text that stops what uses the databases and brings what lets a migration die. */
export const PREPARED = `set -e
systemctl list-units --type=service --state=running --plain --no-legend | awk '{print $1}' |
  grep -E '^(keystone|glance|placement|nova|neutron|cinder)' | xargs -r systemctl stop
mkdir -p ${FOLDER}
printf '%s' ${quote(readFileSync(join(import.meta.dirname, '_files/sitecustomize.py'), 'utf8'))} >${FOLDER}/sitecustomize.py`

/** Shell text: the service's migrations on an empty database, which die after so many statements; 0: which do not. */
export function migrate(service: string, last: number): string {
  const { user, sync } = DATABASE_SERVICES[service] ?? { user: '', sync: [] }
  const empty = databases(service).map((name) => `DROP DATABASE ${name}; CREATE DATABASE ${name};`)
  return `mariadb -e ${quote(empty.join(' '))}
cd /; runuser -u ${user} -- env PYTHONPATH=${FOLDER} DIE_AFTER=${String(last)} ${quoteArgv(sync)} 2>&1`
}

/** Shell text that prints the columns, keys and constraints of all tables, each behind its table; in which order keys are made is left to chance. */
export function schema(service: string): string {
  return `mariadb-dump --no-data --skip-comments --databases ${databases(service).join(' ')} |
  awk '/^USE/ { base = $2 } /^CREATE TABLE/ { table = $3 } /^  / { sub(/,$/, ""); print base, table, $0 }' | sort`
}

/** Lines that only one of two texts has. */
export function differences(one: string, other: string): readonly string[] {
  const [left, right] = [one.split('\n'), other.split('\n')]
  return [...left.filter((line) => !right.includes(line)), ...right.filter((line) => !left.includes(line))]
}

function databases(service: string): readonly string[] {
  return [service, ...(DATABASE_SERVICES[service]?.database?.also ?? []).map((suffix) => service + suffix)]
}

/** Where to die: after random statements, and where all that migrations put into tables has been committed by a statement that follows. */
export function placesOf(output: string, random: () => number): readonly number[] {
  const said = [...output.matchAll(/^statement \d+: (.*)$/gm)].map(([, statement = '']) => statement)
  const filled = said.findLastIndex((statement) => /^INSERT INTO (?!alembic_version)/i.test(statement))
  const after = said.findIndex((statement, at) => at > filled && /^(CREATE|ALTER|DROP|RENAME)/i.test(statement))
  const places = [random(), random()].map((share) => 1 + Math.floor(share * (said.length - 1)))
  return [...new Set([...places, ...(filled >= 0 && after >= 0 ? [after + 1] : [])])]
}
