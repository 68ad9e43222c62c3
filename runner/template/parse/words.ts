import type { BinaryOp, CompareOp } from './ast.ts'

export const COMPARE_OPS: ReadonlyMap<string, CompareOp> = new Map([
  ['==', '=='],
  ['!=', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])
export const ADDITIVE: ReadonlyMap<string, BinaryOp> = new Map([
  ['+', '+'],
  ['-', '-'],
])
export const MULTIPLICATIVE: ReadonlyMap<string, BinaryOp> = new Map([
  ['*', '*'],
  ['/', '/'],
  ['//', '//'],
  ['%', '%'],
])
export const POWER: ReadonlyMap<string, BinaryOp> = new Map([['**', '**']])
/** Tokens that begin the argument of a test without parentheses: `x is divisibleby 3`. */
export const TEST_ARGUMENT = new Set(['symbol', 'string', 'int', 'float', 'left-bracket', 'left-curly'])
export const NO_TEST_ARGUMENT = new Set(['else', 'or', 'and', 'if', 'recursive'])
export const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])
