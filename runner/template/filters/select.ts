import { Unknown } from '../../base/value.ts'
import type { Args } from '../runtime/arguments.ts'
import { fail, unloadable } from '../runtime/errors.ts'
import { member } from '../runtime/member.ts'
import type { Run } from '../runtime/run.ts'
import { Undefined, type Val } from '../runtime/types.ts'
import { iterate, plainText, truthy } from '../runtime/values.ts'
import { type FilterTable, values } from './define.ts'
import { groups } from './sorting.ts'

/** Reads `a.b.0` of a value; anything but a text is one key. */
export function byAttribute(attribute: Val, fallback?: Val): (item: Val) => Val {
  const text = plainText(attribute)
  const path: Val[] = text === undefined ? [attribute] : text.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  return (item) => {
    let value = item
    for (const key of path) {
      value = member(value, key)
      if (value instanceof Undefined && fallback !== undefined) return fallback
    }
    return value
  }
}

function map(input: Val, args: Args, run: Run): Val {
  const items = iterate(input)
  if (args.rest.length === 0) {
    const attribute = args.extra.get('attribute')
    if (attribute === undefined) return fail('map requires a filter argument')
    return items.map(byAttribute(attribute, args.extra.get('default')))
  }
  const [name, ...rest] = args.rest
  const text = plainText(name ?? null) ?? fail('map requires the name of a filter')
  const filter = run.renderer.filter(text) ?? unloadable('filter', text, run.renderer.similar('filter', text))
  return items.map((item) => {
    run.tick()
    return filter(item, { positional: rest, named: args.extra }, run)
  })
}

function keep(wanted: boolean, input: Val, args: Args, run: Run, attribute: Val | undefined): Val {
  const [name, ...rest] = args.rest
  const reach = attribute === undefined ? (item: Val): Val => item : byAttribute(attribute)
  const text = name === undefined ? undefined : (plainText(name) ?? fail('the name of a test must be a string'))
  const test = text === undefined ? undefined : (run.renderer.test(text) ?? unloadable('test', text, run.renderer.similar('test', text)))
  const out: Val[] = []
  for (const item of iterate(input)) {
    run.tick()
    const value = reach(item)
    const held = test === undefined ? value : test(value, { positional: rest, named: args.extra }, run)
    if (held instanceof Unknown) return held
    if (truthy(held) === wanted) out.push(item)
  }
  return out
}

function groupBy(input: Val, args: Args): Val {
  const attribute = args.need('attribute')
  const reach = byAttribute(attribute, args.get('default'))
  return groups(
    iterate(input).map((item) => [reach(item), item] as const),
    args.flag('case_sensitive', false),
  )
}

export const SELECT: FilterTable = [
  values('map', ['*rest', '**named'], map),
  values('select', ['*rest', '**named'], (input, args, run) => keep(true, input, args, run, undefined)),
  values('reject', ['*rest', '**named'], (input, args, run) => keep(false, input, args, run, undefined)),
  values('selectattr', ['attribute', '*rest', '**named'], (input, args, run) => keep(true, input, args, run, args.need('attribute'))),
  values('rejectattr', ['attribute', '*rest', '**named'], (input, args, run) => keep(false, input, args, run, args.need('attribute'))),
  values('groupby', ['attribute', 'default', 'case_sensitive'], groupBy),
]
