import type { HttpField, HttpPollAction } from '../runner/module/index.ts'
import type { Api } from './_openstack.ts'
import { headersOf, type Id } from './_openstack-request.ts'

export interface Wait {
  readonly id?: string | undefined
  /** Below the API's root. */
  readonly path: readonly Id[]
  /** `gone`: until it is not found any more. */
  readonly until: HttpField | 'gone'
  readonly fails?: HttpField | undefined
  /** Where a failed thing tells why. */
  readonly why?: readonly (string | number)[] | undefined
  /** Seconds. */
  readonly timeout: number
  readonly purpose: string
}

/** Waits for a thing that an API makes in its own time. */
export function awaiting(api: Api, wait: Wait): HttpPollAction {
  const { id, until, fails, why, purpose } = wait
  return {
    do: 'http-poll',
    id,
    purpose,
    until,
    fails,
    why,
    timeout: wait.timeout * 1000,
    interval: 1000,
    request: {
      method: 'GET',
      url: [api.url, ...wait.path],
      headers: headersOf(api),
      timeout: api.auth.timeout,
      validateCerts: api.auth.validateCerts,
    },
  }
}
