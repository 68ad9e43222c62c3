import type { FilterFunction } from '../runtime/run.ts'
import { BASIC } from './basic.ts'
import { DICTS } from './dicts.ts'
import { HASHES } from './hash.ts'
import { LISTS } from './lists.ts'
import { NUMBERS } from './number.ts'
import { PATHS } from './path.ts'
import { REGEXES } from './regex.ts'
import { SELECT } from './select.ts'
import { SERIALIZE } from './serialize.ts'
import { SETS } from './sets.ts'
import { TEXT } from './text.ts'
import { TIMES } from './time.ts'
import { URLS } from './url.ts'

const TABLE = [
  ...BASIC,
  ...TEXT,
  ...SELECT,
  ...LISTS,
  ...SETS,
  ...DICTS,
  ...NUMBERS,
  ...REGEXES,
  ...SERIALIZE,
  ...PATHS,
  ...HASHES,
  ...TIMES,
  ...URLS,
]

/** Every filter, by its short and its fully qualified name. */
export const FILTERS: ReadonlyMap<string, FilterFunction> = new Map(
  TABLE.flatMap(
    ([name, filter]) =>
      [
        [name, filter],
        [`ansible.builtin.${name}`, filter],
      ] as const,
  ),
)
