import { isDeepStrictEqual } from 'node:util'
import { type Change, type JsonWithRefs, z } from '../runner/module/index.ts'

/** Fields of a thing; one that is undefined was not given and is not looked at. */
export type Fields = Readonly<Record<string, JsonWithRefs | undefined>>
export type GivenFields = Readonly<Record<string, JsonWithRefs>>

/** The fields that differ from what is wanted. Nothing, null and an empty text are one. */
export function differing(data: Readonly<Record<string, unknown>>, wanted: Fields): GivenFields {
  return Object.fromEntries(Object.entries(given(wanted)).filter(([key, value]) => !isDeepStrictEqual(bare(data[key]), bare(value))))
}

function bare(value: unknown): unknown {
  return value === null || value === '' ? undefined : value
}

/** What a list field is to be: what it is already where only the order differs. */
export function inAnyOrder(is: unknown, wanted: readonly JsonWithRefs[] | undefined): readonly JsonWithRefs[] | undefined {
  if (wanted === undefined || !Array.isArray(is) || is.length !== wanted.length) return wanted
  const rest: unknown[] = [...z.array(z.unknown()).parse(is)]
  for (const item of wanted) {
    const at = rest.findIndex((other) => isDeepStrictEqual(other, item))
    if (at < 0) return wanted
    rest.splice(at, 1)
  }
  return undefined
}

/** Wanted fields without those that were not given. */
export function given(wanted: Fields): GivenFields {
  return Object.fromEntries(Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])))
}

/** Two sets of fields as a diff. */
export function fieldDiff(
  name: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Change['diff'] {
  const text = (fields: Readonly<Record<string, unknown>>): string =>
    Object.keys(after)
      .filter((key) => fields[key] !== undefined)
      .map((key) => `${key}: ${shown(fields[key])}\n`)
      .join('')
  return { beforeName: name, afterName: name, before: text(before), after: text(after) }
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
