import { type Failure, fail } from '../runner/module/index.ts'
import { sqlName } from './_mysql.ts'

/** Privileges by object, as in `{ '`nova`.*': {ALL PRIVILEGES, GRANT OPTION} }`; the object is written as SQL. */
export type Grants = ReadonlyMap<string, ReadonlySet<string>>

/** `db.*:ALL/other.*:SELECT,INSERT` or a dictionary of the same. */
export function parseWanted(priv: string | Readonly<Record<string, string | readonly string[]>>): Grants | Failure {
  const pairs =
    typeof priv === 'string'
      ? splitSlashes(priv).map(splitPair)
      : Object.entries(priv).map(([object, text]) => [object, typeof text === 'string' ? text : text.join(',')] as const)
  const grants = new Map<string, ReadonlySet<string>>()
  for (const [object, text] of pairs) {
    const name = objectName(object)
    if (name === undefined || text.trim() === '')
      return fail(`priv: ${object}:${text} is not understood`, { hint: 'write db.table:PRIVILEGE,PRIVILEGE/db2.*:ALL' })
    grants.set(name, new Set([...(grants.get(name) ?? []), ...privileges(text)]))
  }
  return grants
}

/** The lines of SHOW GRANTS. Roles and PROXY are not what `priv` is about. */
export function parseGrants(lines: readonly string[]): Grants {
  const grants = new Map<string, ReadonlySet<string>>()
  for (const line of lines) {
    const match =
      /^GRANT (.+?) ON (?:(FUNCTION|PROCEDURE) |TABLE )?((?:`(?:[^`]|``)*`|\*)\.(?:`(?:[^`]|``)*`|\*)|\*) TO .*?( WITH .*)?$/.exec(line)
    const [, text, kind, object, rest = ''] = match ?? []
    if (text === undefined || object === undefined || text === 'PROXY') continue
    const name = kind === undefined ? object : `${kind} ${object}`
    const all = [...privileges(text), ...(/GRANT OPTION/.test(rest) ? ['GRANT OPTION'] : [])].filter((privilege) => privilege !== 'USAGE')
    if (all.length > 0) grants.set(name, new Set([...(grants.get(name) ?? []), ...all]))
  }
  return grants
}

export interface GrantDifference {
  readonly grant: Grants
  readonly revoke: Grants
}

export function differenceOf(now: Grants, wanted: Grants, how: 'exactly' | 'append' | 'subtract'): GrantDifference {
  const grant = new Map<string, ReadonlySet<string>>()
  const revoke = new Map<string, ReadonlySet<string>>()
  for (const object of new Set([...now.keys(), ...wanted.keys()])) {
    const [have, want] = [now.get(object) ?? new Set<string>(), without(wanted.get(object) ?? new Set<string>(), 'USAGE')]
    const missing = how === 'subtract' ? [] : [...want].filter((privilege) => !covers(have, privilege))
    const extra =
      how === 'append' ? [] : how === 'subtract' ? shared(have, want) : [...have].filter((privilege) => !covers(want, privilege))
    const regrant = extra.includes(ALL) && how === 'exactly' ? [...want] : missing
    if (regrant.length > 0) grant.set(object, new Set(regrant))
    if (extra.length > 0) revoke.set(object, new Set(extra))
  }
  return { grant, revoke }
}

/** The grants once a difference is made up. */
export function grantsAfter(now: Grants, { grant, revoke }: GrantDifference): Grants {
  const objects = [...new Set([...now.keys(), ...grant.keys()])]
  const after = objects.map(
    (object) =>
      [
        object,
        new Set([
          ...[...(now.get(object) ?? [])].filter((privilege) => revoke.get(object)?.has(privilege) !== true),
          ...(grant.get(object) ?? []),
        ]),
      ] as const,
  )
  return new Map(after.filter(([, set]) => set.size > 0))
}

export function grantSql(difference: GrantDifference, account: string): string {
  const revokes = [...difference.revoke].flatMap(([object, set]) => {
    const rest = without(set, 'GRANT OPTION')
    return [
      ...(set.has('GRANT OPTION') ? [`REVOKE GRANT OPTION ON ${object} FROM ${account};`] : []),
      ...(rest.size > 0 ? [`REVOKE ${[...rest].join(', ')} ON ${object} FROM ${account};`] : []),
    ]
  })
  const grants = [...difference.grant].map(([object, set]) => {
    const rest = without(set, 'GRANT OPTION')
    return `GRANT ${rest.size === 0 ? 'USAGE' : [...rest].join(', ')} ON ${object} TO ${account}${set.has('GRANT OPTION') ? ' WITH GRANT OPTION' : ''};`
  })
  return [...revokes, ...grants].join('\n')
}

/** Grants as a person reads them, one object a line. */
export function showGrants(grants: Grants): string {
  return [...grants]
    .map(([object, set]) => `${object}: ${[...set].sort().join(', ')}\n`)
    .sort()
    .join('')
}

const ALL = 'ALL PRIVILEGES'

function covers(set: ReadonlySet<string>, privilege: string): boolean {
  return set.has(privilege) || (privilege !== 'GRANT OPTION' && set.has(ALL))
}

/** What a subtraction takes away; ALL takes everything that is there. */
function shared(have: ReadonlySet<string>, want: ReadonlySet<string>): readonly string[] {
  return [...have].filter((privilege) => want.has(privilege) || (want.has(ALL) && privilege !== 'GRANT OPTION'))
}

function without(set: ReadonlySet<string>, privilege: string): ReadonlySet<string> {
  return new Set([...set].filter((one) => one !== privilege))
}

/** Split at commas outside parentheses; `SELECT(b, a)` becomes `SELECT (a, b)` with quoted names in order. */
function privileges(text: string): readonly string[] {
  return text.split(/,(?![^(]*\))/).map((part) => {
    const [, word = part, columns] = /^([^(]+)\((.*)\)\s*$/.exec(part.trim()) ?? []
    const name = word.trim().replace(/\s+/g, ' ').toUpperCase()
    if (!/^[A-Z_ ]+$/.test(name)) return name.replace(/[^A-Z_ ]/g, '')
    if (columns !== undefined)
      return `${name} (${columns
        .split(',')
        .map((column) => sqlName(unquoted(column.trim())))
        .sort()
        .join(', ')})`
    if (name === 'ALL') return ALL
    return name === 'GRANT' || name === 'WITH GRANT OPTION' ? 'GRANT OPTION' : name
  })
}

/** `db.table`, `db.*`, `*.*`, `FUNCTION db.name`, quoted or not. */
function objectName(text: string): string | undefined {
  const [, kind, object = ''] = /^\s*(?:(FUNCTION|PROCEDURE)\s+)?(.+?)\s*$/i.exec(text) ?? []
  const match = /^(`(?:[^`]|``)+`|"[^"]+"|\*|[^.`]+)\.(`(?:[^`]|``)+`|"[^"]+"|\*|[^`]+)$/.exec(object)
  const [, database, table] = match ?? []
  if (database === undefined || table === undefined || (database === '*' && table !== '*')) return undefined
  const part = (name: string): string => (name === '*' ? name : sqlName(unquoted(name)))
  return `${kind === undefined ? '' : `${kind.toUpperCase()} `}${part(database)}.${part(table)}`
}

function unquoted(name: string): string {
  return /^`.*`$/.test(name) ? name.slice(1, -1).replaceAll('``', '`') : name.replace(/^"(.*)"$/, '$1')
}

function splitSlashes(text: string): readonly string[] {
  return text.split(/\/(?=(?:[^`]*`[^`]*`)*[^`]*$)/).filter((part) => part.trim() !== '')
}

function splitPair(text: string): readonly [string, string] {
  const colon = text.lastIndexOf(':')
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}
