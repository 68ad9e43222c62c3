import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { CASE_LIST } from './_case.ts'
import { askOurs } from './_ours.ts'
import { hasPlace, oursBlock } from './_page.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')

/** Without a place, and why. */
const PLACELESS: Readonly<Record<string, string>> = {
  'an inventory that is missing': 'it was named on the command line',
  'a password file that is missing': 'it was named on the command line',
}

/** No mistakes, to us or to ansible-core: they warn, or say nothing. */
const ALLOWED = new Set(['an empty task list entry', 'a host pattern that matches nothing'])

for (const each of CASE_LIST) {
  test(`${each.area}: ${each.name}`, async (t) => {
    const said = await askOurs(each)
    t.true(page.includes(`### ${each.name}`), 'docs/errors.md lacks it: npm run errors:record')
    t.true(section(each.name).includes(oursBlock(said)), `docs/errors.md says something else than:\n${oursBlock(said)}`)
    t.is(said.exit !== 0, !ALLOWED.has(each.name))
    if (said.exit !== 0) t.is(hasPlace(said), PLACELESS[each.name] === undefined)
  })
}

function section(name: string): string {
  return page.split('\n### ').find((text) => text.startsWith(`${name}\n`) || text.startsWith(`${name} (`)) ?? ''
}
