import { Float, Secret, Unknown } from '../../base/value.ts'
import type { BinaryOp } from '../parse/ast.ts'
import { fail, limit } from './errors.ts'
import { percentFormat } from './percent.ts'
import { MAX_TEXT, str, typeName } from './text.ts'
import { isDynamic, isValList, Tuple, type Val } from './types.ts'
import { float, isFloat, numeric, plainText, revealed, type Taint, taintOf } from './values.ts'

const MAX_LIST = 1_000_000

export function binary(op: BinaryOp, left: Val, right: Val): Val {
  if (left instanceof Unknown) return left
  if (right instanceof Unknown) return right
  const a = numeric(left)
  const b = numeric(right)
  if (a !== undefined && b !== undefined) return arithmetic(op, a, b, isFloat(left) || isFloat(right))
  return (
    sequences(op, left, right) ??
    fail(`unsupported operand type(s) for ${op === '**' ? '** or pow()' : op}: '${typeName(left)}' and '${typeName(right)}'`)
  )
}

function arithmetic(op: BinaryOp, a: number, b: number, floats: boolean): Val {
  if (op === '/') return b === 0 ? fail('division by zero') : float(a / b)
  if (op === '**') return power(a, b, floats)
  const result = integerResult(op, a, b)
  return floats ? float(result) : exact(op, a, b, result)
}

function integerResult(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '//':
      return b === 0 ? fail('integer division or modulo by zero') : Math.floor(a / b)
    default:
      return b === 0 ? fail('integer modulo by zero') : a - b * Math.floor(a / b)
  }
}

/** An int that a double cannot hold is refused rather than rounded, unless it is a power of two or similar that it holds. */
function exact(op: BinaryOp, a: number, b: number, result: number): number {
  if (Number.isSafeInteger(result)) return result
  const big = { '+': () => BigInt(a) + BigInt(b), '-': () => BigInt(a) - BigInt(b), '*': () => BigInt(a) * BigInt(b) }[
    op === '+' || op === '-' ? op : '*'
  ]()
  const rounded = Number(big)
  return Number.isFinite(rounded) && BigInt(rounded) === big
    ? rounded
    : limit(`the integer ${String(big).slice(0, 40)} is too large to keep exactly`)
}

function power(a: number, b: number, floats: boolean): Val {
  const result = a ** b
  if (floats || b < 0) return a === 0 && b < 0 ? fail('zero to a negative power') : float(result)
  if (Number.isSafeInteger(result)) return result
  if (b > 4096) limit('the result of ** is too large')
  const big = BigInt(a) ** BigInt(b)
  return Number.isFinite(result) && BigInt(result) === big
    ? result
    : limit(`the integer ${String(big).slice(0, 40)} is too large to keep exactly`)
}

function sequences(op: BinaryOp, left: Val, right: Val): Val | undefined {
  const text = plainText(left)
  if (text !== undefined) return texts(op, left, text, right)
  if (isValList(left)) return lists(op, left, right)
  if (isDynamic(left)) return left.operate?.(op, right)
  if (op === '*' && numeric(left) !== undefined && !isFloat(left))
    return numeric(right) === undefined ? sequences(op, right, left) : undefined
  return undefined
}

function texts(op: BinaryOp, left: Val, text: string, right: Val): Val | undefined {
  if (op === '%') return secretIf(left instanceof Secret || taintOf(right).secret, percentFormat(text, right))
  if (op === '+') {
    const other = plainText(right)
    if (other === undefined) return fail(`can only concatenate str (not "${typeName(right)}") to str`)
    return secretIf(left instanceof Secret || right instanceof Secret, bounded(text + other))
  }
  const times = op === '*' && !isFloat(right) ? numeric(right) : undefined
  if (times === undefined) return undefined
  if (text.length * Math.max(0, times) > MAX_TEXT) limit('a template made a text of more than 64 MiB')
  return secretIf(left instanceof Secret, text.repeat(Math.max(0, times)))
}

function lists(op: BinaryOp, left: readonly Val[], right: Val): Val | undefined {
  if (op === '+') {
    if (!isValList(right) || left instanceof Tuple !== right instanceof Tuple)
      return fail(`can only concatenate ${typeName(left)} (not "${typeName(right)}") to ${typeName(left)}`)
    return left instanceof Tuple ? Tuple.make([...left, ...right]) : [...left, ...right]
  }
  const times = op === '*' && !isFloat(right) ? numeric(right) : undefined
  if (times === undefined) return undefined
  if (left.length * times > MAX_LIST) limit(`a list of more than ${String(MAX_LIST)} elements`)
  const out: Val[] = []
  for (let at = 0; at < times; at += 1) out.push(...left)
  return out
}

export function negate(value: Val): Val {
  if (value instanceof Unknown) return value
  const number = numeric(value)
  if (number === undefined) return fail(`bad operand type for unary -: '${typeName(value)}'`)
  if (value instanceof Float) return new Float(-number)
  return isFloat(value) ? -number : 0 - number
}

export function positive(value: Val): Val {
  if (value instanceof Unknown || value instanceof Float) return value
  return numeric(value) ?? fail(`bad operand type for unary +: '${typeName(value)}'`)
}

/** `~` and text around expressions: Python's str() of each, one text. A Secret inside makes it a Secret, an Unknown an Unknown. */
export function joinTexts(parts: readonly Val[]): string | Secret | Unknown {
  const taint: Taint = { secret: false, unknown: undefined }
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') text += part
    else {
      const found = taintOf(part, taint)
      if (found.unknown !== undefined) return found.unknown
      text += found.secret ? str(revealed(part)) : str(part)
    }
    if (text.length > MAX_TEXT) limit('a template made a text of more than 64 MiB')
  }
  return taint.secret ? new Secret(text) : text
}

function bounded(text: string): string {
  return text.length > MAX_TEXT ? limit('a template made a text of more than 64 MiB') : text
}

function secretIf(secret: boolean, text: string): Val {
  return secret ? new Secret(text) : text
}
