import { didYouMean } from '../../base/did-you-mean.ts'
import { fail, inPlugin } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import type { Val } from '../runtime/types.ts'
import { COMMANDS } from './command.ts'
import { type Lookup, Options } from './define.ts'
import { FILE_LOOKUPS } from './file.ts'
import { FIRST_FOUND } from './first-found.ts'
import { LIST_LOOKUPS } from './lists.ts'
import { PASSWORD } from './password.ts'
import { SEQUENCE } from './sequence.ts'
import { TABLES } from './tables.ts'
import { VARIABLES } from './variables.ts'

const TABLE: readonly (readonly [string, Lookup])[] = [
  ...FILE_LOOKUPS,
  ...COMMANDS,
  ...VARIABLES,
  ...LIST_LOOKUPS,
  ...TABLES,
  ['password', PASSWORD],
  ['sequence', SEQUENCE],
  ['first_found', FIRST_FOUND],
]

/** Every lookup, by its short and its fully qualified name. */
export const LOOKUPS: ReadonlyMap<string, Lookup> = new Map(
  TABLE.flatMap(
    ([name, lookup]) =>
      [
        [name, lookup],
        [`ansible.builtin.${name}`, lookup],
      ] as const,
  ),
)

const REFUSED: Readonly<Record<string, string>> = {
  url: 'read it with the module `uri` and register the result',
  config: 'there is no ansible configuration to read',
}

/** The elements a lookup gives; they are data and are never rendered. */
export function runLookup(name: string, terms: readonly Val[], options: ReadonlyMap<string, Val>, run: Run): readonly Val[] {
  run.tick()
  const lookup = LOOKUPS.get(name)
  if (lookup !== undefined) return inPlugin('lookup', name, () => lookup.run(terms, new Options(name, lookup.options, options), run))
  const short = name.replace(/^ansible\.builtin\./, '')
  return fail(
    `The lookup plugin '${name}' was not found.`,
    Object.hasOwn(REFUSED, short) ? REFUSED[short] : (didYouMean(name, LOOKUPS.keys()) ?? `known lookups: ${shortNames().join(', ')}`),
  )
}

function shortNames(): readonly string[] {
  return [...LOOKUPS.keys()].filter((key) => !key.includes('.')).sort()
}
