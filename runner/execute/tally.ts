import { hasChanged } from './executed.ts'
import type { TaskOutcome } from './task.ts'

/** Counts a finished task as ansible's recap does: changed is ok too, ignored failures are ok and ignored. */
export function countTask(outcome: TaskOutcome): void {
  const { host, executed } = outcome
  switch (executed.status) {
    case 'ok':
      host.count('ok')
      return
    case 'changed':
      host.count('ok')
      host.count('changed')
      return
    case 'unknown':
      host.count('ok')
      host.count('unknown')
      return
    case 'skipped':
      host.count('skipped')
      return
    case 'failed':
      if (outcome.failed) return
      host.count('ok')
      host.count('ignored')
      if (hasChanged(executed)) host.count('changed')
      return
    case 'unreachable':
      if (outcome.unreachable) return host.count('unreachable')
      host.count('ok')
      host.count('ignored')
      return
  }
}
