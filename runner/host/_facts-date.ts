import type { FactsText } from './_facts-text.ts'

/** The host's clock and zone, in all the forms that playbooks use. */
export function dateFacts(text: FactsText, now: number): Record<string, unknown> {
  const [seconds, offset = '+0000', zone = 'UTC'] = text.section('date').split(' ')
  const epoch = seconds === undefined || !/^\d+$/.test(seconds) ? Math.floor(now / 1000) : Number(seconds)
  const local = new Date((epoch + offsetSeconds(offset)) * 1000)
  const iso = local.toISOString()
  const date = iso.slice(0, 10)
  const time = iso.slice(11, 19)
  const utc = new Date(epoch * 1000).toISOString()
  const basic = `${date.replaceAll('-', '')}T${time.replaceAll(':', '')}`
  return {
    date_time: {
      year: date.slice(0, 4),
      month: date.slice(5, 7),
      day: date.slice(8, 10),
      weekday: WEEKDAYS[local.getUTCDay()],
      weekday_number: String(local.getUTCDay()),
      weeknumber: String(weekNumber(local)).padStart(2, '0'),
      hour: time.slice(0, 2),
      minute: time.slice(3, 5),
      second: time.slice(6, 8),
      epoch: String(epoch),
      epoch_int: String(epoch),
      date,
      time,
      iso8601: `${utc.slice(0, 19)}Z`,
      iso8601_micro: `${utc.slice(0, 19)}.000000Z`,
      iso8601_basic: `${basic}000000`,
      iso8601_basic_short: basic,
      tz: zone,
      tz_dst: summerZone(text.section('zone')) ?? zone,
      tz_offset: offset,
    },
  }
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

function offsetSeconds(offset: string): number {
  const match = /^([-+])(\d\d)(\d\d)$/.exec(offset)
  if (match === null) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60)
}

/** Weeks of the year that begin on a Monday; the days before the first Monday are week 0. */
function weekNumber(date: Date): number {
  const day = Math.floor(
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000,
  )
  return Math.floor((day + 7 - ((date.getUTCDay() + 6) % 7)) / 7)
}

/** The zone's other name, from the rule at the end of /etc/localtime: `CET-1CEST,M3.5.0,M10.5.0/3`. */
function summerZone(rule: string): string | undefined {
  const name = '([A-Za-z]{3,}|<[^>]+>)'
  const match = new RegExp(`^${name}[-+]?[\\d:]+${name}`).exec(rule)
  return match?.[2]?.replace(/[<>]/g, '')
}
