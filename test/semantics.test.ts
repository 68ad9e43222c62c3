import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { answerFile, areas, type Case, casesOf, pendingCases } from './conformance/_case.ts'
import { type Point, semanticsPoints } from './conformance/_semantics.ts'

const POINTS = semanticsPoints()
const CASES = new Map(
  areas()
    .flatMap(casesOf)
    .map((each) => [each.id, each]),
)
const PENDING = pendingCases()

test('each of the 140 fine points of the language is listed', (t) => {
  const all = Array.from({ length: 140 }, (_, at) => String(at + 1))
  t.deepEqual(POINTS.map(({ number }) => number).sort(), [...all, '75b'].sort())
})

for (const point of POINTS)
  test(`semantics ${point.number}: ${point.point}: what shows it is there`, (t) => {
    t.true(Object.keys(point.cases).length + point.tests.length > 0)
    for (const [id, text] of Object.entries(point.cases)) {
      const each = CASES.get(id)
      if (each === undefined) t.fail(`there is no case ${id}`)
      else t.deepEqual(wrongWith(each, point, text), [], id)
    }
    for (const file of point.tests) t.true(namesNumber(file, point.number), `${file} has no test that names ${point.number}`)
  })

function wrongWith(each: Case, { number }: Point, text: string | null): readonly string[] {
  const told = readFileSync(answerFile(each, 'ansible'), 'utf8')
  return [
    ...(PENDING.has(each.id) ? ['is pending'] : []),
    ...(text === null ? (names(writtenIn(each.folder), number) ? [] : [`does not name ${number}`]) : []),
    ...(text === null || shown(told).includes(text) ? [] : [`its answer does not say ${text}`]),
  ]
}

/** As a person reads it: without the escapes of JSON in the lines. */
function shown(answer: string): string {
  return answer + answer.replaceAll('\\"', '"')
}

/** Everything that was written for the case, answers left out. */
function writtenIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .filter(({ name }) => name !== 'answer.json' && name !== 'ours.json')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}

/** `12: …` or `12, 13: …` at the start of a name or a comment. */
function names(text: string, number: string): boolean {
  return new RegExp(`["# ](?:\\d+b?, )*${number}(?:, \\d+b?)*: `).test(text)
}

function namesNumber(file: string, number: string): boolean {
  const titles = [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/semantics ([\db, ]+):/g)]
  return titles.some(([, numbers = '']) => numbers.split(', ').includes(number))
}
