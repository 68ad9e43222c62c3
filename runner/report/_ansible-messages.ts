import type { ErrorContext } from '../base/error.ts'
import type { RunEventOf } from '../base/event.ts'
import type { TaskResult } from '../base/result.ts'
import type { AnsibleDisplay } from './_ansible-display.ts'
import { ansibleMessage } from './_ansible-message.ts'

interface MessageOptions {
  readonly deprecationWarnings: boolean
  readonly displayFailedStderr: boolean
}

/** Errors and warnings as all of ansible's outputs tell them. */
export class AnsibleMessages {
  readonly #display: AnsibleDisplay
  readonly #options: MessageOptions

  constructor(display: AnsibleDisplay, options: MessageOptions) {
    this.#display = display
    this.#options = options
  }

  error(chain: readonly ErrorContext[], stream: 'stdout' | 'stderr'): void {
    this.#display.once(`[ERROR]: ${ansibleMessage(chain)}`, { colour: 'error', stream })
  }

  /** Why a task failed. */
  failure(result: TaskResult): void {
    if (result.censored !== true) this.error(result.chain ?? [], this.failedStream)
  }

  get failedStream(): 'stdout' | 'stderr' {
    return this.#options.displayFailedStderr ? 'stderr' : 'stdout'
  }

  warning(event: RunEventOf<'warning'>): void {
    const { message, source, hint } = event
    if (event.kind !== 'deprecation') return this.#warn({ message, source, help: hint })
    if (!this.#options.deprecationWarnings) return
    this.#warn({ message: 'Deprecation warnings can be disabled by setting `deprecation_warnings=False` in ansible.cfg.' })
    const told = `${message} This feature will be removed from ansible-core version 2.23.`
    const text = ansibleMessage([{ message: told, source, help: hint }])
    this.#display.once(`[DEPRECATION WARNING]: ${text}`, { colour: 'deprecate', stream: 'stderr' })
  }

  #warn(warning: ErrorContext): void {
    this.#display.once(`[WARNING]: ${ansibleMessage([warning])}`, { colour: 'warn', stream: 'stderr' })
  }
}
