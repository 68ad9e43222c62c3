import type { Unknown } from '../../base/value.ts'
import type { Unit } from '../compile/unit.ts'
import type { Run } from './run.ts'
import type { Val } from './types.ts'

/** The local names of a body (loop, macro, block) in front of the names around it. */
export class Frame {
  readonly run: Run
  readonly unit: Unit
  readonly parent: Frame | undefined
  /** Set by check mode's unknown branch: the whole text is unknown then. */
  unknown: Unknown | undefined
  #names: Map<string, Val> | undefined

  constructor(run: Run, unit: Unit, parent?: Frame) {
    this.run = run
    this.unit = unit
    this.parent = parent
  }

  local(name: string): Val | undefined {
    const found = this.#names?.get(name)
    return found === undefined ? this.parent?.local(name) : found
  }

  set(name: string, value: Val): void {
    this.#names ??= new Map()
    this.#names.set(name, value)
  }

  /** Replaces a name where it is; a name of no frame becomes one of the outermost. */
  replace(name: string, value: Val): void {
    if (this.parent === undefined || this.#names?.has(name) === true) this.set(name, value)
    else this.parent.replace(name, value)
  }

  child(): Frame {
    return new Frame(this.run, this.unit, this)
  }

  names(): ReadonlyMap<string, Val> {
    return this.#names ?? new Map()
  }
}
