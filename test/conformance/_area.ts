import test from 'ava'
import { type Answer, type Aspect, type Case, casesOf, pendingCases, readAnswer } from './_case.ts'
import { askOurs } from './_ours.ts'
import type { Outcome } from './_outcome.ts'
import { numbersOfCases } from './_semantics.ts'

const ASPECTS: readonly Aspect[] = ['exit', 'stdout', 'stderr', 'results']

/** A test for each case of an area: our answer is ansible's, except where the case says why not. */
export function testArea(area: string): void {
  const pending = pendingCases()
  const numbers = numbersOfCases()
  for (const each of casesOf(area)) {
    const why = pending.get(each.id)
    const declare = why === undefined ? test : test.failing
    const points = numbers.get(each.id) ?? []
    const title = points.length === 0 ? each.id : `${each.id} (semantics ${points.join(', ')})`
    declare(why === undefined ? title : `${title} (${why})`, async (t) => {
      const wanted = wantedOf(each)
      const ours = await askOurs(each)
      t.deepEqual(pick(ours, wanted), wanted)
    })
  }
}

function wantedOf(each: Case): Answer {
  const ansible = readAnswer(each, 'ansible')
  if (ansible === undefined) throw new Error(`${each.id} has no answer: npm run conformance:record -- ${each.id}`)
  const own: Answer = readAnswer(each, 'ours') ?? {}
  return { ...ansible, ...own }
}

function pick(outcome: Outcome, wanted: Answer): Answer {
  return Object.fromEntries(ASPECTS.filter((aspect) => wanted[aspect] !== undefined).map((aspect) => [aspect, outcome[aspect]]))
}
