import type { CallArgs } from '../parse/ast.ts'
import { fail } from '../runtime/errors.ts'
import type { Frame } from '../runtime/frame.ts'
import { typeName } from '../runtime/text.ts'
import type { CallValues, Val } from '../runtime/types.ts'
import { asRecord, iterate } from '../runtime/values.ts'
import { compileExpr } from './expression.ts'
import type { Unit } from './unit.ts'

const NOTHING: CallValues = { positional: [], named: new Map() }

/** The arguments of a call, a filter or a test. */
export function compileArgs(args: CallArgs, unit: Unit): (frame: Frame) => CallValues {
  const positional = args.positional.map((arg) => compileExpr(arg, unit))
  const named = args.named.map(([name, arg]) => [name, compileExpr(arg, unit)] as const)
  if (args.star !== undefined || args.starStar !== undefined) return compileSpread(args, unit)
  if (positional.length === 0 && named.length === 0) return () => NOTHING
  if (named.length === 0) return (frame) => ({ positional: positional.map((arg) => arg(frame)), named: NOTHING.named })
  return (frame) => ({ positional: positional.map((arg) => arg(frame)), named: new Map(named.map(([name, arg]) => [name, arg(frame)])) })
}

function compileSpread({ star, starStar, ...rest }: CallArgs, unit: Unit): (frame: Frame) => CallValues {
  const plain = compileArgs(rest, unit)
  const list = star === undefined ? undefined : compileExpr(star, unit)
  const dict = starStar === undefined ? undefined : compileExpr(starStar, unit)
  return (frame) => {
    const { positional, named } = plain(frame)
    const more = list === undefined ? [] : iterate(list(frame))
    const names = dict === undefined ? [] : keywords(dict(frame))
    return { positional: [...positional, ...more], named: new Map([...named, ...names]) }
  }
}

function keywords(value: Val): [string, Val][] {
  const record = asRecord(value)
  return record === undefined ? fail(`argument after ** must be a mapping, not ${typeName(value)}`) : Object.entries(record)
}
