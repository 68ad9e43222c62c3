import { GLOBALS } from '../template/globals.ts'
import { BLOCK_KEYWORDS, PLAY_KEYWORDS, ROLE_KEYWORDS, TASK_KEYWORDS } from './_attributes.ts'

/** Names that mean something to the language itself: a variable of such a name works, and confuses. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name)
}

const RESERVED: ReadonlySet<string> = new Set(
  [...PLAY_KEYWORDS, ...ROLE_KEYWORDS, ...BLOCK_KEYWORDS, ...TASK_KEYWORDS, ...GLOBALS.keys(), 'lipsum', 'local_action', 'with_'].filter(
    (name) => name !== 'gather_subset' && name !== 'vars',
  ),
)
