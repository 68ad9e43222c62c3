import { RunnerError } from '../../base/error.ts'
import { Float, Omit, Secret, Unknown } from '../../base/value.ts'
import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { percentFormat } from '../runtime/percent.ts'
import { repr, str, typeName } from '../runtime/text.ts'
import { Tuple, Undefined, type Val } from '../runtime/types.ts'
import { float, isFloat, iterate, numeric, plainText, truthy } from '../runtime/values.ts'
import { anything, type FilterTable, textOf, texts, values } from './define.ts'

function withDefault(input: Val, args: Args): Val {
  if (input instanceof Unknown) return input
  const given = args.get('default_value')
  const fallback = given === undefined ? '' : given
  if (input instanceof Undefined) return fallback
  return args.flag('boolean', false) && !truthy(input) ? fallback : input
}

function mandatory(input: Val, args: Args): Val {
  if (!(input instanceof Undefined)) return input
  const message = args.get('msg')
  const failed = "The filter plugin 'ansible.builtin.mandatory' failed:"
  if (message !== undefined && message !== null) throw new RunnerError('undefined', `${failed} ${str(message)}`, { cause: input.error() })
  const { message: why, hint, source } = input.error()
  const name = /^'([^']*)' is undefined/.exec(why)?.[1]
  throw new RunnerError('undefined', `${failed} Mandatory variable ${name === undefined ? '' : `'${name}' `}not defined.`, { hint, source })
}

const TRUE_WORDS = new Set(['yes', 'on', '1', 'true'])
const FALSE_WORDS = new Set(['no', 'off', '0', 'false'])

/** ansible-core 2.19's `bool`: a value it does not know is false (1.0 is true), and a warning says so. */
function bool(input: Val, warn: (message: string) => void): Val {
  if (typeof input === 'boolean') return input
  const text = plainText(input)
  const word = text?.toLowerCase() ?? (isFloat(input) ? undefined : numeric(input)?.toString())
  if (word !== undefined && TRUE_WORDS.has(word)) return true
  if (word !== undefined && FALSE_WORDS.has(word)) return false
  const held = isFloat(input) && numeric(input) === 1
  const shown = input instanceof Secret ? '***' : text === undefined ? str(input) : repr(text)
  warn(`The \`bool\` filter coerced invalid value ${shown} (${typeName(input)}) to ${held ? 'True' : 'False'}.`)
  return held
}

function toInt(input: Val, args: Args): Val {
  const fallback = args.get('default') ?? 0
  const number = numeric(input)
  if (number !== undefined) return Number.isFinite(number) ? Math.trunc(number) : fallback
  const text = plainText(input)?.trim().replaceAll('_', '')
  if (text === undefined) return fallback
  return (
    parseInteger(text, args.number('base', 10)) ??
    (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Math.trunc(Number(text)) : fallback)
  )
}

function parseInteger(text: string, base: number): number | undefined {
  const [, sign = '', prefix = '', digits = ''] = /^([+-]?)(0[xXoObB])?([\da-zA-Z]+)$/.exec(text) ?? []
  const wanted = { '': base, '0x': 16, '0o': 8, '0b': 2 }[prefix.toLowerCase()] ?? base
  if (prefix !== '' && base !== wanted && base !== 0) return undefined
  const allowed = Array.from(digits.toLowerCase()).every((digit) => Number.parseInt(digit, 36) < (wanted || 10))
  if (digits === '' || !allowed) return undefined
  const value = Number.parseInt(digits, wanted || 10)
  return sign === '-' ? -value : value
}

function toFloat(input: Val, args: Args): Val {
  const number = numeric(input)
  if (number !== undefined) return input instanceof Float ? input : float(number)
  const text = plainText(input)?.trim().toLowerCase() ?? ''
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text)) return float(Number(text))
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(text)
  if (special !== null) return special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
  return args.get('default') ?? new Float(0)
}

function ternary(input: Val, args: Args): Val {
  const none = args.get('none_val')
  if (input === null && none !== undefined && none !== null) return none
  return args.need(truthy(input) ? 'true_val' : 'false_val')
}

function debugType(input: Val): Val {
  if (input instanceof Undefined) return 'AnsibleUndefined'
  return input instanceof Omit ? 'Omit' : typeName(input)
}

const defaults = ['default_value', 'boolean']

export const BASIC: FilterTable = [
  anything('default', defaults, withDefault),
  anything('d', defaults, withDefault),
  anything('mandatory', ['msg'], mandatory),
  anything('type_debug', [], debugType),
  values('bool', [], (input, _args, run) => bool(input, (message) => run.renderer.host.warn(message, undefined, 'deprecation'))),
  values('int', ['default', 'base'], toInt),
  values('float', ['default'], toFloat),
  texts('string', [], (input) => str(input)),
  values('list', [], (input) => [...iterate(input)]),
  values('ternary', ['true_val', 'false_val', 'none_val'], ternary),
  texts('format', ['*values', '**named'], (input, args) =>
    percentFormat(textOf(input, 'format'), args.extra.size > 0 ? Object.fromEntries(args.extra) : Tuple.make(args.rest)),
  ),
  values('attr', ['name'], (input, args) => fail(`the filter 'attr' is not available; write ${typeName(input)}.${args.text('name')}`)),
  texts('vault', ['*rest', '**more'], () => fail("the filter 'vault' is not supported; encrypt the file with `run vault encrypt`")),
  texts('unvault', ['secret', '*rest', '**more'], (input, _args, run) =>
    (run.renderer.host.decrypt ?? fail('unvault needs a vault password'))(textOf(input, 'unvault')),
  ),
]
