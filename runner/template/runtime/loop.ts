import { RunnerError } from '../../base/error.ts'
import { Callable, type CallValues, type Dynamic, Undefined, type Val } from './types.ts'
import { equals } from './values.ts'

/** The variable `loop` inside `{% for %}`. */
export class LoopState implements Dynamic {
  readonly dynamic = true
  readonly typeName = 'LoopContext'
  readonly call: ((args: CallValues) => Val) | undefined
  readonly #items: readonly Val[]
  readonly #depth: number
  #index = 0
  #seen: Val | undefined

  constructor(items: readonly Val[], depth: number, recurse: Callable | undefined) {
    this.#items = items
    this.#depth = depth
    this.call = recurse?.call
  }

  next(): void {
    this.#index += 1
  }

  attr(name: string): Val | undefined {
    const length = this.#items.length
    switch (name) {
      case 'index':
        return this.#index + 1
      case 'index0':
        return this.#index
      case 'revindex':
        return length - this.#index
      case 'revindex0':
        return length - this.#index - 1
      case 'first':
        return this.#index === 0
      case 'last':
        return this.#index === length - 1
      case 'length':
        return length
      case 'depth':
        return this.#depth + 1
      case 'depth0':
        return this.#depth
      default:
        return this.#neighbour(name)
    }
  }

  #neighbour(name: string): Val | undefined {
    switch (name) {
      case 'previtem':
        return this.#index === 0 ? none('there is no previous item') : this.#items[this.#index - 1]
      case 'nextitem':
        return this.#index + 1 === this.#items.length ? none('there is no next item') : this.#items[this.#index + 1]
      case 'cycle':
        return new Callable('cycle', ({ positional }) => positional[this.#index % positional.length] ?? null)
      case 'changed':
        return new Callable('changed', ({ positional }) => this.#changed(positional))
      default:
        return undefined
    }
  }

  #changed(values: readonly Val[]): boolean {
    const same = this.#seen !== undefined && equals(this.#seen, values)
    this.#seen = values
    return !same
  }

  text(): string {
    return `<LoopContext ${String(this.#index + 1)}/${String(this.#items.length)}>`
  }
}

function none(message: string): Undefined {
  return new Undefined(() => new RunnerError('undefined', message))
}
