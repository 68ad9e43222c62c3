import { type Probe, quote, type ReadOnlyHost } from '../runner/module/index.ts'
import type { FileArgs, PathState } from './_file-args.ts'

/** A time of a file: left alone, the moment of the task, or seconds since the epoch with the text for `touch -t`. */
export type WantedTime = 'preserve' | 'now' | { readonly seconds: number; readonly stamp: string }

export interface WantedTimes {
  readonly modification: WantedTime
  readonly access: WantedTime
}

/** Only the host knows its time zone: a time that is given is asked there. */
export async function readTimes(host: ReadOnlyHost, task: FileArgs, state: PathState): Promise<WantedTimes> {
  const usual = state === 'touch' ? 'now' : 'preserve'
  const [modification, access] = await Promise.all([
    wantedTime(host, task.modification_time ?? usual, task.modification_time_format),
    wantedTime(host, task.access_time ?? usual, task.access_time_format),
  ])
  return { modification, access }
}

async function wantedTime(host: ReadOnlyHost, text: string, format: string): Promise<WantedTime> {
  if (text === 'preserve' || text === 'now') return text
  const parts = parseTime(text, format)
  if (parts === undefined) return 'preserve'
  return {
    seconds: await host.probe(secondsOf(parts)),
    stamp: `${parts.year}${parts.month}${parts.day}${parts.hour}${parts.minute}.${parts.second}`,
  }
}

interface TimeParts {
  readonly year: string
  readonly month: string
  readonly day: string
  readonly hour: string
  readonly minute: string
  readonly second: string
}

const FIELDS: Readonly<Record<string, keyof TimeParts>> = { Y: 'year', m: 'month', d: 'day', H: 'hour', M: 'minute', S: 'second' }

/** A time in a format of `%Y %m %d %H %M %S`; undefined where the text has another form. */
export function parseTime(text: string, format: string): TimeParts | undefined {
  const names: (keyof TimeParts)[] = []
  const pattern = format.replace(/%([YmdHMS])|[^%]/g, (piece, letter?: string) => {
    const field = letter === undefined ? undefined : FIELDS[letter]
    if (field === undefined) return piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    names.push(field)
    return field === 'year' ? '(\\d{4})' : '(\\d{2})'
  })
  const match = new RegExp(`^${pattern}$`).exec(text)
  if (match === null) return undefined
  const value = (field: keyof TimeParts, usual: string): string => match[names.indexOf(field) + 1] ?? usual
  const at = (field: keyof TimeParts, usual: string): string => (names.includes(field) ? value(field, usual) : usual)
  return {
    year: at('year', '1900'),
    month: at('month', '01'),
    day: at('day', '01'),
    hour: at('hour', '00'),
    minute: at('minute', '00'),
    second: at('second', '00'),
  }
}

function secondsOf(parts: TimeParts): Probe<number> {
  const { year, month, day, hour, minute, second } = parts
  const text = `${year}-${month}-${day} ${hour}:${minute}:${second}`
  return { kind: 'local_time', key: text, script: `date -d ${quote(text)} +%s`, parse: (answer) => Number(answer.text.trim()) }
}
