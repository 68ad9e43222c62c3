import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { Moment } from '../runtime/moment.ts'
import type { Run } from '../runtime/run.ts'
import { formatTime, parseTime } from '../runtime/strftime.ts'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { numeric } from '../runtime/values.ts'
import { type FilterTable, texts } from './define.ts'

/** `'%Y' | strftime(seconds, utc)`: the format is the input. */
function strftime(input: Val, args: Args, run: Run): Val {
  const second = args.get('second') ?? null
  const seconds =
    second === null
      ? run.renderer.host.now() / 1000
      : (numeric(second) ??
        (/^-?\d+(\.\d+)?$/.test(str(second)) ? Number(str(second)) : fail(`Invalid value for epoch value (${str(second)})`)))
  return formatTime(str(input), args.flag('utc', false) ? Moment.utc(seconds) : Moment.local(seconds))
}

export const TIMES: FilterTable = [
  texts('strftime', ['second', 'utc'], strftime),
  texts('to_datetime', ['format'], (input, args) => parseTime(str(input), args.text('format', '%Y-%m-%d %H:%M:%S'))),
]
