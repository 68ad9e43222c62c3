import { RunnerError } from '../base/error.ts'
import { meetsVersion } from '../base/version-range.ts'
import { LANGUAGE_VERSION } from '../execute/version.ts'
import type { Collection } from '../load/collections.ts'
import type { AnsibleConfig } from './ansible-config.ts'

/** What a collection's `requires_ansible` says of the language that we speak. @throws RunnerError `not-found` where that is set to be an error */
export function checkSupport({ name, runtime }: Collection, config: AnsibleConfig, warn: (message: string) => void): void {
  const { requires } = runtime
  if (requires === undefined || meetsVersion(LANGUAGE_VERSION, requires)) return
  const behaviour = config.text('COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH') ?? 'warning'
  const message = `Collection ${name} does not support Ansible version ${LANGUAGE_VERSION}`
  if (behaviour === 'error') throw new RunnerError('not-found', message, { hint: `its meta/runtime.yml asks for ${requires}` })
  if (behaviour === 'warning') warn(message)
}
