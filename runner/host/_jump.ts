import { RunnerError } from '../base/error.ts'

/** One host on the way. */
export interface Hop {
  readonly user: string | undefined
  readonly address: string
  readonly port: number
}

/** `[user@]host[:port]`, with IPv6 addresses in brackets. */
export function parseHop(text: string): Hop {
  const parts = /^(?:(?<user>[^@]+)@)?(?:\[(?<v6>[^\]]+)\]|(?<host>[^:@\s]+))(?::(?<port>\d+))?$/.exec(text.trim())?.groups
  const address = parts?.['v6'] ?? parts?.['host']
  if (parts === undefined || address === undefined) {
    throw new RunnerError('inventory', `'${text}' is not a jump host`, { hint: 'write user@host:port' })
  }
  return { user: parts['user'], address, port: Number(parts['port'] ?? 22) }
}
