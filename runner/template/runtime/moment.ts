import { bind } from './arguments.ts'
import { fail } from './errors.ts'
import { formatTime } from './strftime.ts'
import { Callable, type Dynamic, Tuple, type Val } from './types.ts'
import { float } from './values.ts'

/** Python's naive datetime: the fields of a wall clock, kept as if they were UTC. */
export class Moment implements Dynamic {
  readonly dynamic = true
  readonly typeName = 'datetime'
  /** The wall clock read as UTC, in milliseconds; `micro` has the microseconds below them. */
  readonly clock: number
  readonly micro: number
  /** Minutes east of UTC where it is known. */
  readonly offset: number | undefined

  constructor(clock: number, micro = 0, offset?: number) {
    this.clock = clock
    this.micro = micro
    this.offset = offset
  }

  static utc(seconds: number): Moment {
    return new Moment(Math.floor(seconds * 1000), Math.floor((seconds * 1e6) % 1000))
  }

  static local(seconds: number): Moment {
    const offset = -new Date(seconds * 1000).getTimezoneOffset()
    return new Moment(Math.floor(seconds * 1000) + offset * 60_000, Math.floor((seconds * 1e6) % 1000))
  }

  get date(): Date {
    return new Date(this.clock)
  }

  /** Seconds since the epoch; a clock without an offset is read as local time. */
  get seconds(): number {
    const { date } = this
    const ms =
      this.offset === undefined
        ? new Date(
            date.getUTCFullYear(),
            date.getUTCMonth(),
            date.getUTCDate(),
            date.getUTCHours(),
            date.getUTCMinutes(),
            date.getUTCSeconds(),
            date.getUTCMilliseconds(),
          ).getTime()
        : this.clock - this.offset * 60_000
    return ms / 1000 + this.micro / 1e6
  }

  attr(name: string): Val | undefined {
    const { date } = this
    switch (name) {
      case 'year':
        return date.getUTCFullYear()
      case 'month':
        return date.getUTCMonth() + 1
      case 'day':
        return date.getUTCDate()
      case 'hour':
        return date.getUTCHours()
      case 'minute':
        return date.getUTCMinutes()
      case 'second':
        return date.getUTCSeconds()
      case 'microsecond':
        return date.getUTCMilliseconds() * 1000 + this.micro
      default:
        return this.#method(name)
    }
  }

  #method(name: string): Val | undefined {
    switch (name) {
      case 'strftime':
        return new Callable(name, (call) => formatTime(bind(name, ['format'], call).text('format'), this))
      case 'isoformat':
        return new Callable(name, (call) => this.iso(bind(name, ['sep'], call).text('sep', 'T')))
      case 'timestamp':
        return new Callable(name, () => float(this.seconds))
      case 'date':
        return new Callable(name, () => this.iso('T').slice(0, 10))
      case 'weekday':
        return new Callable(name, () => (this.date.getUTCDay() + 6) % 7)
      case 'isoweekday':
        return new Callable(name, () => this.date.getUTCDay() || 7)
      case 'timetuple':
        return new Callable(name, () =>
          Tuple.make(['year', 'month', 'day', 'hour', 'minute', 'second'].map((field) => this.attr(field) ?? null)),
        )
      default:
        return undefined
    }
  }

  iso(separator: string): string {
    const text = this.date.toISOString()
    const micro = this.date.getUTCMilliseconds() * 1000 + this.micro
    const zone = this.offset === undefined ? '' : zoneText(this.offset)
    return `${text.slice(0, 10)}${separator}${text.slice(11, 19)}${micro === 0 ? '' : `.${String(micro).padStart(6, '0')}`}${zone}`
  }

  text(): string {
    return this.iso(' ')
  }

  final(): string {
    return this.iso('T')
  }

  operate(op: string, right: Val): Val | undefined {
    const micros = BigInt(this.clock) * 1000n + BigInt(this.micro)
    if (op === '-' && right instanceof Moment) return new Span(Number(micros - (BigInt(right.clock) * 1000n + BigInt(right.micro))) / 1e6)
    if (!(right instanceof Span)) return undefined
    const moved = this.clock + (op === '-' ? -1 : 1) * right.seconds * 1000
    return op === '-' || op === '+'
      ? new Moment(Math.floor(moved), this.micro, this.offset)
      : fail(`unsupported operand type(s) for ${op}: 'datetime' and 'timedelta'`)
  }
}

function zoneText(offset: number): string {
  const size = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
}

/** Python's timedelta. */
export class Span implements Dynamic {
  readonly dynamic = true
  readonly typeName = 'timedelta'
  readonly seconds: number

  constructor(seconds: number) {
    this.seconds = seconds
  }

  attr(name: string): Val | undefined {
    const days = Math.floor(this.seconds / 86_400)
    switch (name) {
      case 'days':
        return days
      case 'seconds':
        return Math.floor(this.seconds - days * 86_400)
      case 'microseconds':
        return Math.round((this.seconds - Math.floor(this.seconds)) * 1e6)
      case 'total_seconds':
        return new Callable(name, () => float(this.seconds))
      default:
        return undefined
    }
  }

  text(): string {
    const days = Math.floor(this.seconds / 86_400)
    const rest = Math.floor(this.seconds - days * 86_400)
    const micro = Math.round((this.seconds - Math.floor(this.seconds)) * 1e6)
    const clock = `${String(Math.floor(rest / 3600))}:${String(Math.floor(rest / 60) % 60).padStart(2, '0')}:${String(rest % 60).padStart(2, '0')}${micro === 0 ? '' : `.${String(micro).padStart(6, '0')}`}`
    return days === 0 ? clock : `${String(days)} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`
  }
}
