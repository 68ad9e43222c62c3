import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'

/** `web[01:03].example` as the names it means; letters and a step (`[a:e:2]`) too. A name without a range is itself. */
export function expandRange(pattern: string, source: Source | undefined): readonly string[] {
  const match = /^(.*?)\[([^[\]]*:[^[\]]*)\](.*)$/s.exec(pattern)
  if (match === null) return [pattern]
  const [, head = '', range = '', rest = ''] = match
  const tails = expandRange(rest, source)
  return bounds(range, pattern, source).flatMap((value) => tails.map((tail) => `${head}${value}${tail}`))
}

function bounds(range: string, pattern: string, source: Source | undefined): readonly string[] {
  const [begin = '', end = '', step = '1', ...more] = range.split(':')
  const start = begin === '' ? '0' : begin
  const stride = Number(step)
  if (more.length === 0 && Number.isInteger(stride) && stride > 0) {
    if (/^\d+$/.test(start) && /^\d+$/.test(end)) return numbers(start, end, stride, pattern, source)
    if (/^[a-zA-Z]$/.test(start) && /^[a-zA-Z]$/.test(end)) return letters(start, end, stride)
  }
  throw bad(pattern, source)
}

function numbers(start: string, end: string, stride: number, pattern: string, source: Source | undefined): readonly string[] {
  const width = start.startsWith('0') && start.length > 1 ? start.length : 0
  if ((width > 0 && start.length !== end.length) || Number(start) > Number(end)) throw bad(pattern, source)
  const out: string[] = []
  for (let value = Number(start); value <= Number(end); value += stride) out.push(String(value).padStart(width, '0'))
  return out
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

function letters(start: string, end: string, stride: number): readonly string[] {
  const part = LETTERS.slice(LETTERS.indexOf(start), LETTERS.indexOf(end) + 1)
  return Array.from(part).filter((_, at) => at % stride === 0)
}

function bad(pattern: string, source: Source | undefined): RunnerError {
  return new RunnerError('inventory', `the range in "${pattern}" is not valid`, {
    source,
    hint: 'ranges look like [01:20], [a:f] or [0:20:2]; equal numbers of digits',
  })
}
