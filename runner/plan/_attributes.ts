import { didYouMean } from '../base/did-you-mean.ts'
import type { Source } from '../base/source.ts'
import type { Entry } from '../load/node.ts'
import { syntaxError } from './_compiler.ts'

/** The keywords of the language by where they may stand (ansible-core 2.19). */
const BASE = [
  'any_errors_fatal',
  'become',
  'become_exe',
  'become_flags',
  'become_method',
  'become_user',
  'check_mode',
  'collections',
  'connection',
  'debugger',
  'diff',
  'environment',
  'ignore_errors',
  'ignore_unreachable',
  'module_defaults',
  'name',
  'no_log',
  'port',
  'remote_user',
  'run_once',
  'tags',
  'throttle',
  'timeout',
  'vars',
]
const DELEGATION = ['delegate_facts', 'delegate_to']
const TASK = [
  ...BASE,
  ...DELEGATION,
  'action',
  'args',
  'async',
  'changed_when',
  'delay',
  'failed_when',
  'local_action',
  'loop',
  'loop_control',
  'notify',
  'poll',
  'register',
  'retries',
  'until',
  'when',
]

export const TASK_KEYWORDS: ReadonlySet<string> = new Set(TASK)
export const HANDLER_KEYWORDS: ReadonlySet<string> = new Set([...TASK, 'listen'])
export const BLOCK_KEYWORDS: ReadonlySet<string> = new Set([...BASE, ...DELEGATION, 'always', 'block', 'notify', 'rescue', 'when'])
/** Other keys of a role's entry are parameters. */
export const ROLE_KEYWORDS: ReadonlySet<string> = new Set([...BASE, ...DELEGATION, 'role', 'when'])
export const PLAY_KEYWORDS: ReadonlySet<string> = new Set([
  ...BASE,
  'fact_path',
  'force_handlers',
  'gather_facts',
  'gather_subset',
  'gather_timeout',
  'handlers',
  'hosts',
  'max_fail_percentage',
  'order',
  'post_tasks',
  'pre_tasks',
  'roles',
  'serial',
  'strategy',
  'tasks',
  'validate_argspec',
  'vars_files',
  'vars_prompt',
])
export const IMPORT_KEYWORDS: ReadonlySet<string> = new Set([...BASE, 'import_playbook', 'ansible.builtin.import_playbook', 'when'])

const REMOVED: Readonly<Record<string, string>> = {
  sudo: 'use become: true',
  sudo_user: 'use become_user',
  su: 'use become: true and become_method: su',
  su_user: 'use become_user',
  accelerate: 'it was removed from the language',
  always_run: 'use check_mode: false',
  user: 'use remote_user',
  static: 'use import_tasks or include_tasks',
  first_available_file: 'use with_first_found',
}

export type Entries = ReadonlyMap<string, Entry>

/** @throws RunnerError `syntax` for a key that is no keyword there, with the reason or the name that was meant */
export function refuseUnknown(entries: Entries, allowed: ReadonlySet<string>, what: string): void {
  for (const [name, { key }] of entries) if (!allowed.has(name)) throw unknownKeyword(name, key, allowed, what)
}

export function unknownKeyword(name: string, source: Source, allowed: Iterable<string>, what: string): ReturnType<typeof syntaxError> {
  return syntaxError(`'${name}' is not a valid attribute for a ${what}`, source, keywordHint(name, allowed))
}

export function keywordHint(name: string, allowed: Iterable<string>): string | undefined {
  return REMOVED[name] ?? didYouMean(name, allowed)
}
