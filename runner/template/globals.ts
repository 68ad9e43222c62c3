import { RunnerError } from '../base/error.ts'
import { OMIT } from '../base/value.ts'
import { lookupCall } from './lookups/call.ts'
import { bind } from './runtime/arguments.ts'
import { fail } from './runtime/errors.ts'
import { Moment } from './runtime/moment.ts'
import type { Run } from './runtime/run.ts'
import { formatTime } from './runtime/strftime.ts'
import { str, typeName } from './runtime/text.ts'
import { Callable, type CallValues, type Dynamic, newRecord, Undefined, type Val } from './runtime/types.ts'
import { asRecord, isFloat, iterate, numeric } from './runtime/values.ts'

/** ansible's sandbox refuses ranges from this size on. */
const MAX_RANGE = 100_000

function range({ positional }: CallValues): Val {
  const numbers = positional.map(
    (value) => (isFloat(value) ? undefined : numeric(value)) ?? fail(`'${typeName(value)}' object cannot be interpreted as an integer`),
  )
  const [a = 0, b, step = 1] = numbers
  const [start, stop] = b === undefined ? [0, a] : [a, b]
  if (step === 0) fail('range() arg 3 must not be zero')
  const count = Math.max(0, Math.ceil((stop - start) / step))
  if (count > MAX_RANGE)
    throw new RunnerError('limit', `Range too big. The sandbox blocks ranges larger than MAX_RANGE (${String(MAX_RANGE)}).`)
  return Array.from({ length: count }, (_, at) => start + at * step)
}

function dict(call: CallValues): Val {
  const args = bind('dict', ['items', '**named'], call)
  const items = args.get('items')
  const record = items === undefined ? undefined : asRecord(items)
  const pairs = items === undefined ? [] : record === undefined ? iterate(items).map(pairOf) : Object.entries(record)
  return newRecord([...pairs, ...args.extra])
}

function pairOf(value: Val): readonly [string, Val] {
  const [key = null, item = null] = iterate(value)
  return [str(key), item]
}

class Namespace implements Dynamic {
  readonly dynamic = true
  readonly typeName = 'Namespace'
  readonly #values = newRecord()

  constructor(values: Iterable<readonly [string, Val]>) {
    for (const [key, value] of values) this.#values[key] = value
  }

  attr(name: string): Val | undefined {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
  }

  set(name: string, value: Val): void {
    this.#values[name] = value
  }

  text(): string {
    return `<Namespace ${str(this.#values)}>`
  }
}

class Cycler implements Dynamic {
  readonly dynamic = true
  readonly typeName = 'Cycler'
  readonly #items: readonly Val[]
  #at = 0

  constructor(items: readonly Val[]) {
    this.#items = items
  }

  attr(name: string): Val | undefined {
    if (name === 'current') return this.#items[this.#at] ?? null
    if (name === 'next') return new Callable(name, () => this.#next())
    return name === 'reset' ? new Callable(name, () => this.#reset()) : undefined
  }

  #next(): Val {
    const item = this.#items[this.#at] ?? null
    this.#at = (this.#at + 1) % this.#items.length
    return item
  }

  #reset(): Val {
    this.#at = 0
    return null
  }

  text(): string {
    return '<Cycler>'
  }
}

function joiner({ positional }: CallValues): Val {
  let used = false
  return new Callable('joiner', () => {
    const first = !used
    used = true
    return first ? '' : (positional[0] ?? ', ')
  })
}

function now(call: CallValues, run: Run): Val {
  const args = bind('now', ['utc', 'fmt'], call)
  const seconds = run.renderer.host.now() / 1000
  const moment = args.flag('utc', false) ? Moment.utc(seconds) : Moment.local(seconds)
  const format = args.get('fmt') ?? null
  return format === null ? moment : formatTime(str(format), moment)
}

function undef(call: CallValues): Val {
  const hint = bind('undef', ['hint'], call).get('hint') ?? null
  return new Undefined(() => new RunnerError('undefined', hint === null ? 'the value is set to undefined by undef()' : str(hint)))
}

function pure(name: string, call: (args: CallValues) => Val): readonly [string, () => Val] {
  const callable = new Callable(name, call)
  return [name, () => callable]
}

/** The names every expression has; a variable of the same name wins. */
export const GLOBALS: ReadonlyMap<string, (run: Run) => Val> = new Map<string, (run: Run) => Val>([
  ['omit', () => OMIT],
  pure('range', range),
  pure('dict', dict),
  pure('namespace', (call) => new Namespace(Object.entries(asRecord(dict(call)) ?? {}))),
  pure('cycler', ({ positional }) => (positional.length === 0 ? fail('at least one item has to be provided') : new Cycler(positional))),
  pure('joiner', joiner),
  pure('undef', undef),
  ['now', (run) => new Callable('now', (call) => now(call, run))],
  ['lookup', (run) => new Callable('lookup', (call) => lookupCall(call, run, 'joined'))],
  ['query', (run) => new Callable('query', (call) => lookupCall(call, run, 'list'))],
  ['q', (run) => new Callable('q', (call) => lookupCall(call, run, 'list'))],
])
