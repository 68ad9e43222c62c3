import { type Effect, fileRemoved, fileWritten, Secret } from '../runner/module/index.ts'
import type { Guards } from './_command.ts'

/** What a command leaves behind, as far as the task tells: the path that it creates, no more path that it removes. */
export function creationEffects(task: Guards): readonly Effect[] {
  const plain = (path: string | undefined): path is string => path?.startsWith('/') === true && !/[*?[]/.test(path)
  return [...(plain(task.creates) ? [fileWritten(task.creates)] : []), ...(plain(task.removes) ? [fileRemoved(task.removes)] : [])]
}

export function commandStdin(task: {
  readonly stdin?: string | Secret | undefined
  readonly stdin_add_newline: boolean
}): string | Secret | undefined {
  const { stdin } = task
  if (stdin === undefined || !task.stdin_add_newline) return stdin
  return stdin instanceof Secret ? new Secret(`${stdin.reveal()}\n`) : `${stdin}\n`
}
