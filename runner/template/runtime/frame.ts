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
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.parent) {
      const found = frame.#names?.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  set(name: string, value: Val): void {
    this.#names ??= new Map()
    this.#names.set(name, value)
  }

  /** Replaces a name where it is; a name of no frame becomes one of the outermost. */
  replace(name: string, value: Val): void {
    for (let frame: Frame = this; ; frame = frame.parent) {
      if (frame.#names?.has(name) === true || frame.parent === undefined) {
        frame.set(name, value)
        return
      }
    }
  }

  child(): Frame {
    return new Frame(this.run, this.unit, this)
  }

  names(): ReadonlyMap<string, Val> {
    return this.#names ?? new Map()
  }
}
