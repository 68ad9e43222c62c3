import { quote, quoteArgv } from '../runner/module/index.ts'

/** A fragment that runs a program as another user of the host, without a terminal and with nothing on standard input. */
export function asUser(user: string, argv: readonly string[]): string {
  const command = `exec ${quoteArgv(argv)}`
  return `if sr_has runuser; then (cd / && runuser -u ${quote(user)} -- sh -c ${quote(command)}) </dev/null; else su -s /bin/sh -c ${quote(`cd / && ${command}`)} ${quote(user)} </dev/null; fi`
}
