import { printfFormat, quote, quoteArgv } from '../../base/quote.ts'
import { Secret } from '../../base/value.ts'
import type { QueryAnswer, QueryOptions } from '../host.ts'
import type { Probe } from '../probe.ts'
import { quotePath } from './path.ts'

/** A program's path on the host, or undefined. Costs no fork. */
export function whichProbe(program: string): Probe<string | undefined> {
  return {
    kind: 'which',
    key: program,
    script: `sr_which ${quote(program)}`,
    parse: (answer) => (answer.rc === 0 ? answer.text.replace(/\n$/, '') : undefined),
  }
}

/** Runs a program that only reads; 127 as its exit code where there is no such program. */
export function queryProbe(argv: readonly string[], options: QueryOptions): Probe<QueryAnswer> {
  const env = Object.entries(options.env ?? {}).map(([name, value]) => `export ${name}=${quote(value)};`)
  const cd = options.cwd === undefined ? '' : `cd ${quotePath(options.cwd)} &&`
  const stdin = options.stdin === undefined ? '' : `printf ${printfFormat(Buffer.from(textOf(options.stdin)))} 2>/dev/null | `
  return {
    kind: 'query',
    key: argv.join(' '),
    script: `${stdin}(${env.join(' ')} ${cd} sr_exec ${quoteArgv(argv)})`,
    parse: ({ rc, text, stderr }) => ({ rc, stdout: text, stderr }),
  }
}

function textOf(text: string | Secret): string {
  return text instanceof Secret ? text.reveal() : text
}
