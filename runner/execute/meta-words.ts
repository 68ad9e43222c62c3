import type { TaskResult } from '../base/result.ts'
import { record } from '../base/value.ts'
import type { RoleRef } from '../plan/types.ts'

/** What ansible-core says that a `meta` task does. */
export function whatMetaDoes(word: string, host: string, role: RoleRef | undefined): string {
  switch (word) {
    case 'flush_handlers':
      return `triggered running handlers for ${host}`
    case 'refresh_inventory':
      return 'inventory successfully refreshed'
    case 'clear_facts':
      return 'facts cleared'
    case 'clear_host_errors':
      return 'cleared host errors'
    case 'end_batch':
      return 'ending batch'
    case 'end_play':
      return 'ending play'
    case 'end_host':
      return `ending play for ${host}`
    case 'end_role':
      return `ending role ${role?.name ?? ''} for ${host}`
    case 'reset_connection':
      return 'reset connection'
    default:
      return word
  }
}

/** What it says of one whose condition does not hold. */
export function skippedMeta(
  word: string,
  host: string,
  role: RoleRef | undefined,
): { readonly message: string; readonly result: TaskResult } {
  const reason = `${word} conditional evaluated to False${instead(word, host, role)}`
  const message = word === 'end_host' ? `end_host conditional evaluated to false${instead(word, host, role)}` : word
  const data = record([
    ['msg', message],
    ['skip_reason', reason],
    ['skipped', true],
  ])
  return { message: reason, result: { status: 'skipped', data, changes: [], diffs: [] } }
}

function instead(word: string, host: string, role: RoleRef | undefined): string {
  switch (word) {
    case 'flush_handlers':
      return `, not running handlers for ${host}`
    case 'clear_facts':
      return `, not clearing facts and fact cache for ${host}`
    case 'clear_host_errors':
      return `, not clearing host error state for ${host}`
    case 'end_batch':
      return ', continuing current batch'
    case 'end_play':
      return ', continuing play'
    case 'end_host':
      return `, continuing execution for ${host}`
    case 'end_role':
      return `continuing role ${role?.name ?? ''} for ${host}`
    default:
      return ''
  }
}
