import { fail } from './errors.ts'
import { Moment } from './moment.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

const two = (value: number): string => String(value).padStart(2, '0')

/** Python's strftime in the C locale. */
export function formatTime(format: string, moment: Moment): string {
  return format.replace(/%(-?)([a-zA-Z%])/g, (all: string, minus: string, letter: string) => {
    const text = field(letter, moment)
    if (text === undefined) return all
    return minus === '-' ? text.replace(/^[0 ]+(?=.)/, '') : text
  })
}

function field(letter: string, moment: Moment): string | undefined {
  const { date } = moment
  const hour = date.getUTCHours()
  switch (letter) {
    case 'Y':
      return String(date.getUTCFullYear())
    case 'y':
      return two(date.getUTCFullYear() % 100)
    case 'C':
      return two(Math.floor(date.getUTCFullYear() / 100))
    case 'm':
      return two(date.getUTCMonth() + 1)
    case 'd':
      return two(date.getUTCDate())
    case 'e':
      return String(date.getUTCDate()).padStart(2)
    case 'H':
      return two(hour)
    case 'I':
      return two(hour % 12 || 12)
    case 'M':
      return two(date.getUTCMinutes())
    case 'S':
      return two(date.getUTCSeconds())
    case 'f':
      return String(date.getUTCMilliseconds() * 1000 + moment.micro).padStart(6, '0')
    case 'p':
      return hour < 12 ? 'AM' : 'PM'
    default:
      return named(letter, moment) ?? compound(letter, moment)
  }
}

function named(letter: string, moment: Moment): string | undefined {
  const { date } = moment
  const day = DAYS[date.getUTCDay()] ?? ''
  const month = MONTHS[date.getUTCMonth()] ?? ''
  switch (letter) {
    case 'A':
      return day
    case 'a':
      return day.slice(0, 3)
    case 'B':
      return month
    case 'b':
    case 'h':
      return month.slice(0, 3)
    case 'w':
      return String(date.getUTCDay())
    case 'u':
      return String(date.getUTCDay() || 7)
    case 'j':
      return String(dayOfYear(date)).padStart(3, '0')
    case 'U':
      return two(Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7))
    case 'W':
      return two(Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() + 6) % 7)) / 7))
    case 'V':
      return two(isoWeek(date).week)
    case 'G':
      return String(isoWeek(date).year)
    default:
      return undefined
  }
}

function compound(letter: string, moment: Moment): string | undefined {
  switch (letter) {
    case 'F':
      return formatTime('%Y-%m-%d', moment)
    case 'T':
    case 'X':
      return formatTime('%H:%M:%S', moment)
    case 'D':
    case 'x':
      return formatTime('%m/%d/%y', moment)
    case 'R':
      return formatTime('%H:%M', moment)
    case 'r':
      return formatTime('%I:%M:%S %p', moment)
    case 'c':
      return formatTime('%a %b %e %H:%M:%S %Y', moment)
    case 's':
      return String(Math.floor(moment.seconds))
    case 'n':
      return '\n'
    case 't':
      return '\t'
    case '%':
      return '%'
    case 'Z':
    case 'z':
      return ''
    default:
      return undefined
  }
}

function dayOfYear(date: Date): number {
  return (
    Math.floor(
      (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000,
    ) + 1
  )
}

function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - (date.getUTCDay() || 7)))
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) }
}

const PATTERNS: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>1[0-2]|0?[1-9])',
  d: '(?<d>3[01]|[12]\\d|0?[1-9]| [1-9])',
  H: '(?<H>2[0-3]|[01]?\\d)',
  I: '(?<I>1[0-2]|0?[1-9])',
  M: '(?<M>[0-5]?\\d)',
  S: '(?<S>6[01]|[0-5]?\\d)',
  f: '(?<f>\\d{1,6})',
  y: '(?<y>\\d\\d)',
  j: '(?<j>\\d{1,3})',
  p: '(?<p>[AaPp][Mm])',
  z: '(?<z>[+-]\\d\\d:?\\d\\d|Z)',
  Z: '(?:UTC|GMT|[A-Z]{3,4})?',
  A: `(?:${DAYS.join('|')})`,
  a: `(?:${DAYS.map((day) => day.slice(0, 3)).join('|')})`,
  B: `(?<B>${MONTHS.join('|')})`,
  b: `(?<b>${MONTHS.map((month) => month.slice(0, 3)).join('|')})`,
  '%': '%',
}

/** Python's strptime. */
export function parseTime(text: string, format: string): Moment {
  const expanded = format.replaceAll('%T', '%H:%M:%S').replaceAll('%F', '%Y-%m-%d').replaceAll('%R', '%H:%M').replaceAll('%D', '%m/%d/%y')
  const pattern = expanded.replace(
    /%([a-zA-Z%])|(\s+)|([.*+?^${}()|[\]\\])/g,
    (_all, letter: string | undefined, blank: string | undefined, special: string | undefined) => {
      if (letter !== undefined)
        return (
          (Object.hasOwn(PATTERNS, letter) ? PATTERNS[letter] : undefined) ?? fail(`'${letter}' is a bad directive in format '${format}'`)
        )
      return blank === undefined ? `\\${special ?? ''}` : '\\s+'
    },
  )
  const groups = new RegExp(`^${pattern}$`, 'i').exec(text)?.groups
  if (groups === undefined)
    return /^%/.test(format) || format !== '' ? fail(`time data '${text}' does not match format '${format}'`) : new Moment(0)
  return moment(groups)
}

function moment(groups: Readonly<Record<string, string | undefined>>): Moment {
  const number = (name: string, fallback: number): number => (groups[name] === undefined ? fallback : Number(groups[name]))
  const year = groups['y'] === undefined ? number('Y', 1900) : number('y', 0) + (number('y', 0) < 69 ? 2000 : 1900)
  const byName = MONTHS.findIndex((name) => name.slice(0, 3).toLowerCase() === (groups['B'] ?? groups['b'])?.slice(0, 3).toLowerCase())
  const half = groups['p']?.toLowerCase()
  const hour = half === undefined ? number('H', number('I', 0)) : (number('I', 12) % 12) + (half === 'pm' ? 12 : 0)
  const micro = Number((groups['f'] ?? '0').padEnd(6, '0'))
  const clock = Date.UTC(
    year,
    byName >= 0 ? byName : number('m', 1) - 1,
    number('j', number('d', 1)),
    hour,
    number('M', 0),
    number('S', 0),
    Math.floor(micro / 1000),
  )
  return new Moment(clock, micro % 1000, zone(groups['z']))
}

function zone(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
