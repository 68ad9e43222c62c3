import { Float, LazyRecord, Secret } from '../../base/value.ts'
import { isVault } from '../../base/vault-mark.ts'
import { fail } from '../runtime/errors.ts'
import { Callable, isDynamic, isValList, isValRecord, Undefined, type Val } from '../runtime/types.ts'
import { isFloat, numeric, plainText } from '../runtime/values.ts'
import { aliases, type TestTable, test, testAnything } from './define.ts'

function isMapping(value: Val): boolean {
  return isValRecord(value) || value instanceof LazyRecord
}

function isNumber(value: Val): boolean {
  return typeof value === 'number' || value instanceof Float
}

function isInteger(value: Val): boolean {
  return typeof value === 'number' && !isFloat(value)
}

function whole(value: Val): number {
  return numeric(value) ?? fail('a number is needed')
}

/** Tests of what kind of value something is. */
export const KINDS: TestTable = [
  testAnything('defined', (value) => !(value instanceof Undefined)),
  testAnything('undefined', (value) => value instanceof Undefined),
  test('none', [], (value) => value === null),
  test('number', [], (value) => isNumber(value) || typeof value === 'boolean'),
  test('integer', [], isInteger),
  test('float', [], isFloat),
  test('boolean', [], (value) => typeof value === 'boolean'),
  test('true', [], (value) => value === true),
  test('false', [], (value) => value === false),
  test('string', [], (value) => plainText(value) !== undefined),
  test('mapping', [], isMapping),
  test('sequence', [], (value) => isValList(value) || isMapping(value) || plainText(value) !== undefined),
  test('iterable', [], (value) => isValList(value) || isMapping(value) || plainText(value) !== undefined),
  test('callable', [], (value) => value instanceof Callable || (isDynamic(value) && value.call !== undefined)),
  test('escaped', [], () => false),
  test('even', [], (value) => whole(value) % 2 === 0),
  test('odd', [], (value) => Math.abs(whole(value)) % 2 === 1),
  test('divisibleby', ['num'], (value, args) => whole(value) % args.number('num') === 0),
  test('nan', [], (value) => typeof value === 'number' && Number.isNaN(value)),
  test('lower', [], (value) => hasCase(value) && plainText(value) === plainText(value)?.toLowerCase()),
  test('upper', [], (value) => hasCase(value) && plainText(value) === plainText(value)?.toUpperCase()),
  test('vault_encrypted', [], (value) => isVault(plainText(value) ?? '')),
  test('vaulted_file', [], () => fail("the test 'vaulted_file' is not supported")),
  test('secret', [], (value) => value instanceof Secret),
  ...aliases(['filter'], [], (value, _args, run) => run.renderer.filter(plainText(value) ?? '') !== undefined),
  ...aliases(['test'], [], (value, _args, run) => run.renderer.test(plainText(value) ?? '') !== undefined),
]

function hasCase(value: Val): boolean {
  const text = plainText(value) ?? ''
  return text.toLowerCase() !== text.toUpperCase()
}
