import { didYouMean } from '../../base/did-you-mean.ts'
import { RunnerError } from '../../base/error.ts'
import { LazyRecord, Omit, Secret, Unknown } from '../../base/value.ts'
import { numberText, typeName } from './text.ts'
import { isDynamic, isValList, isValRecord, own, Undefined, type Val } from './types.ts'
import { isFloat, numeric, plainText } from './values.ts'

/** `target.name` or `target[key]`: the one way an expression reaches into a value. */
export function member(target: Val, key: Val): Val {
  if (target instanceof Unknown) return target
  if (target instanceof Undefined) return target
  if (key instanceof Unknown) return key
  return find(target, key) ?? missing(target, key)
}

function find(target: Val, key: Val): Val | undefined {
  if (isValRecord(target)) return own(target, keyText(key))
  if (target instanceof LazyRecord) return target.get(keyText(key))
  if (isDynamic(target)) return target.attr(keyText(key))
  if (target instanceof Omit) return undefined
  const index = isFloat(key) ? undefined : numeric(key)
  if (index === undefined) return undefined
  if (isValList(target)) return target[index < 0 ? target.length + index : index]
  const text = plainText(target)
  if (text === undefined) return undefined
  const chars = Array.from(text)
  const char = chars[index < 0 ? chars.length + index : index]
  return target instanceof Secret && char !== undefined ? new Secret(char) : char
}

function keyText(key: Val): string {
  const text = plainText(key)
  if (text !== undefined) return text
  if (typeof key === 'number') return numberText(key)
  if (key === null) return 'None'
  return typeof key === 'boolean' ? (key ? 'True' : 'False') : ''
}

function missing(target: Val, key: Val): Undefined {
  const name = keyText(key)
  const shown = plainText(key) === undefined ? name : `'${name}'`
  return new Undefined(() => {
    const names = isValRecord(target) ? Object.keys(target) : target instanceof LazyRecord ? [...target.keys()] : []
    const said = target instanceof LazyRecord ? target.missing(name) : undefined
    return new RunnerError('undefined', said ?? `object of type '${typeName(target)}' has no attribute ${shown}`, {
      hint: didYouMean(name, names) ?? (said === undefined ? undefined : `the inventory has no host '${name}'`),
    })
  })
}
