import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { HERE } from './_case.ts'

/** One of the numbered fine points of the language, and what shows it. */
export interface Point {
  readonly number: string
  readonly point: string
  /** Cases, each with a text of its answer that shows the point; those of the area `semantics` name the number themselves. */
  readonly cases: Readonly<Record<string, string | null>>
  /** Files below `test/` with a test whose title names the number. */
  readonly tests: readonly string[]
}

const pointSchema = z.strictObject({
  point: z.string(),
  cases: z.record(z.string(), z.string().nullable()).default({}),
  tests: z.array(z.string()).default([]),
})

export function semanticsPoints(): readonly Point[] {
  const listed = z.record(z.string(), pointSchema).parse(parse(readFileSync(join(HERE, 'semantics.yml'), 'utf8')))
  return Object.entries(listed).map(([number, point]) => ({ number, ...point }))
}

/** The numbers that each case shows. */
export function numbersOfCases(): ReadonlyMap<string, readonly string[]> {
  const numbers = new Map<string, string[]>()
  for (const { number, cases } of semanticsPoints())
    for (const id of Object.keys(cases)) numbers.set(id, [...(numbers.get(id) ?? []), number])
  return numbers
}
