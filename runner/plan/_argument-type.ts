import { Float, isList, isRecord, Secret, Unknown, type Value } from '../base/value.ts'

export const TYPE_NAMES = ['str', 'int', 'float', 'bool', 'list', 'dict', 'path', 'raw', 'jsonarg', 'json', 'bytes', 'bits', 'sid'] as const
export type TypeName = (typeof TYPE_NAMES)[number]

export function isTypeName(name: string): name is TypeName {
  return TYPE_NAMES.some((known) => known === name)
}

export interface WrongType {
  /** As Python names it. */
  readonly actual: string
  readonly reason: string
}

/** Why a value is not of a type, with the conversions that ansible makes (digits for an int, `a,b` for a list …); undefined where it is. */
export function checkType(type: TypeName, value: Value): WrongType | undefined {
  if (value instanceof Unknown || CHECKS[type](value instanceof Secret ? value.reveal() : value)) return undefined
  const shown = value instanceof Secret ? '***' : typeof value === 'string' ? `'${value}'` : pythonType(value)
  return { actual: pythonType(value), reason: `${shown} cannot be converted to ${ARTICLES[type] ?? type}` }
}

const ARTICLES: Readonly<Record<string, string>> = {
  int: 'an int',
  float: 'a float',
  bool: 'a bool',
  list: 'a list',
  dict: 'a dict',
  str: 'a str',
  bytes: 'a size',
  bits: 'a size',
}
const WORDS = new Set(['yes', 'no', 'on', 'off', 'true', 'false', '1', '0', 'y', 'n', 't', 'f'])
const SIZE = /^\s*\d+(\.\d*)?\s*([YZEPTGMK]?i?[bB]?(it|its|yte|ytes)?)\s*$/i

const isScalar = (value: Value): boolean => typeof value === 'string' || isNumber(value) || typeof value === 'boolean'

const CHECKS: Readonly<Record<TypeName, (value: Value) => boolean>> = {
  raw: () => true,
  str: (value) => isScalar(value) || isList(value) || isRecord(value),
  sid: (value) => typeof value === 'string',
  path: (value) => typeof value === 'string',
  int: (value) =>
    (typeof value === 'number' && Number.isInteger(value)) ||
    value instanceof Float ||
    (typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value)),
  float: (value) => isNumber(value) || (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))),
  bool: (value) =>
    typeof value === 'boolean' || value === 0 || value === 1 || (typeof value === 'string' && WORDS.has(value.toLowerCase())),
  list: (value) => isList(value) || typeof value === 'string' || isNumber(value),
  dict: (value) => isRecord(value) || (typeof value === 'string' && (/^\s*\{.*\}\s*$/s.test(value) || /\w=/.test(value))),
  json: (value) => isRecord(value) || isList(value) || typeof value === 'string',
  jsonarg: (value) => isRecord(value) || isList(value) || typeof value === 'string',
  bytes: (value) => isNumber(value) || (typeof value === 'string' && SIZE.test(value)),
  bits: (value) => isNumber(value) || (typeof value === 'string' && SIZE.test(value)),
}

function isNumber(value: Value): boolean {
  return typeof value === 'number' || value instanceof Float
}

function pythonType(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (value instanceof Float) return 'float'
  if (isList(value)) return 'list'
  return isRecord(value) ? 'dict' : 'str'
}
