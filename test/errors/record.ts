import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ensureAnsible } from '../../bench/ansible.ts'
import { CASE_LIST, type Said } from './_case.ts'
import { askOurs } from './_ours.ts'
import { type Answers, page } from './_page.ts'
import { askAnsible } from './_reference.ts'

/**
 * `npm run errors:record`: asks both programs and writes docs/errors.md. With `-- --ours` ansible-core is not asked again (needs no
 * root): its answers are kept in theirs.json.
 */
const THEIRS = join(import.meta.dirname, 'theirs.json')
const PAGE = join(import.meta.dirname, '../../docs/errors.md')
const ANSWERS = z.record(z.string(), z.object({ exit: z.number(), lines: z.array(z.string()) }))

if (!process.argv.includes('--ours')) writeFileSync(THEIRS, `${JSON.stringify(await theirs(), undefined, 1)}\n`)
const recorded = ANSWERS.parse(JSON.parse(readFileSync(THEIRS, 'utf8')))
const answers = new Map<string, Answers>()
for (const each of CASE_LIST)
  answers.set(each.name, { ours: await askOurs(each), theirs: recorded[each.name] ?? { exit: Number.NaN, lines: [] } })
writeFileSync(
  PAGE,
  page(({ name }) => {
    const known = answers.get(name)
    if (known === undefined) throw new Error(`no answers for ${name}`)
    return known
  }),
)

/** Tracebacks of hundreds of lines tell nobody anything. */
function shortened({ exit, lines }: Said): Said {
  const most = 40
  return { exit, lines: lines.length > most ? [...lines.slice(0, most), `… ${String(lines.length - most)} more lines`] : lines }
}

async function theirs(): Promise<Readonly<Record<string, Said>>> {
  const { signal } = new AbortController()
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`)
  }
  const ansible = await ensureAnsible({ signal, say })
  const said: Record<string, Said> = {}
  for (const each of CASE_LIST) {
    say(each.name)
    said[each.name] = shortened(await askAnsible(each, ansible, signal))
  }
  return said
}
