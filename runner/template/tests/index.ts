import type { FilterFunction } from '../runtime/run.ts'
import { COMPARISONS } from './compare.ts'
import { FILES } from './files.ts'
import { KINDS } from './kinds.ts'
import { RESULTS } from './results.ts'
import { URLS } from './urls.ts'

/** Every test, by its short and its fully qualified name. */
export const TESTS: ReadonlyMap<string, FilterFunction> = new Map(
  [...KINDS, ...COMPARISONS, ...RESULTS, ...FILES, ...URLS].flatMap(
    ([name, test]) =>
      [
        [name, test],
        [`ansible.builtin.${name}`, test],
      ] as const,
  ),
)
