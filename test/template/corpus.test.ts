import { readFileSync } from 'node:fs'
import test from 'ava'
import { parse } from 'yaml'
import { RunnerError } from '../../runner/base/error.ts'
import { createTemplateEngine } from '../../runner/template/environment.ts'
import { dumpJson } from '../../runner/template/filters/json.ts'
import { scopeOf, template, testHost, yamlValues } from './_host.ts'

interface Entry {
  readonly in?: string
  readonly when?: string
  readonly out?: string
  readonly error?: string
  /** Why we differ on purpose; see docs/differences.md. */
  readonly differs?: string
}

const folder = new URL('./corpus/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const scope = scopeOf(yamlValues(read('vars.yml')))
const engine = createTemplateEngine(testHost())

function answer(entry: Entry): string {
  try {
    const value =
      entry.in === undefined
        ? engine.condition(entry.when?.includes('{{') === true ? template(entry.when) : (entry.when ?? ''), scope, undefined)
        : engine.render(entry.in.includes('{') ? template(entry.in) : entry.in, scope)
    return dumpJson(value, { indent: undefined, sortKeys: false, ascii: true, separators: [', ', ': '] })
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    return `error: ${error.message}`
  }
}

for (const name of ['expressions', 'text', 'filters', 'conditions']) {
  const entries: readonly Entry[] = parse(read(`${name}.yml`))
  test(`${name} come out as ansible-core 2.19 recorded them`, (t) => {
    for (const entry of entries.filter(({ differs }) => differs === undefined)) {
      const got = answer(entry)
      const asked = entry.in ?? entry.when ?? ''
      if (entry.error === undefined) t.is(got, entry.out ?? '', asked)
      else t.true(got.startsWith('error: '), `${asked} must fail: ${entry.error}, and gave ${got}`)
    }
  })
}
