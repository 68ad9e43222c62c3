import { Secret } from '../runner/module/index.ts'

/** The header for a user and password; undefined without a user. */
export function basicAuthorization(user: string | undefined, password: Secret | undefined): Secret | undefined {
  if (user === undefined) return undefined
  return new Secret(`Basic ${Buffer.from(`${user}:${password?.reveal() ?? ''}`, 'utf8').toString('base64')}`)
}
