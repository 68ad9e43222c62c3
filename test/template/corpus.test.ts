import { readFileSync } from 'node:fs'
import test from 'ava'
import { parse } from 'yaml'
import { z } from 'zod'
import { RunnerError } from '../../runner/base/error.ts'
import type { Value } from '../../runner/base/value.ts'
import type { FileOptions } from '../../runner/template/engine.ts'
import { createTemplateEngine } from '../../runner/template/environment.ts'
import { dumpJson } from '../../runner/template/filters/json.ts'
import { scopeOf, template, testHost, yamlValues } from './_host.ts'

const entrySchema = z.object({
  in: z.string().optional(),
  when: z.string().optional(),
  file: z.string().optional(),
  options: z.record(z.string(), z.union([z.boolean(), z.string()])).optional(),
  out: z.string().optional(),
  error: z.string().optional(),
  /** Why we differ on purpose; see docs/differences.md. */
  differs: z.string().optional(),
})

type Entry = z.output<typeof entrySchema>

const folder = new URL('./corpus/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const scope = scopeOf(yamlValues(read('vars.yml')))
const engine = createTemplateEngine(testHost())

function options({ options: given = {} }: Entry): FileOptions {
  const { variable_start_string: variableStart, variable_end_string: variableEnd, trim_blocks: trim, lstrip_blocks: lstrip } = given
  const delimiters = typeof variableStart === 'string' && typeof variableEnd === 'string' ? { variableStart, variableEnd } : {}
  return { delimiters, trimBlocks: trim !== false, lstripBlocks: lstrip === true }
}

function value(entry: Entry): Value {
  if (entry.file !== undefined) return engine.renderFile({ path: 'x.j2', text: entry.file }, scope, options(entry))
  if (entry.in !== undefined) return engine.render(entry.in.includes('{') ? template(entry.in) : entry.in, scope)
  return engine.condition(entry.when?.includes('{{') === true ? template(entry.when) : (entry.when ?? ''), scope, undefined)
}

function answer(entry: Entry): string {
  try {
    return dumpJson(value(entry), { indent: undefined, sortKeys: false, ascii: true, separators: [', ', ': '] })
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    return `error: ${error.message}`
  }
}

for (const name of ['expressions', 'text', 'filters', 'conditions', 'files']) {
  const entries = z.array(entrySchema).parse(parse(read(`${name}.yml`)))
  test(`${name} come out as ansible-core 2.19 recorded them`, (t) => {
    for (const entry of entries.filter(({ differs }) => differs === undefined)) {
      const got = answer(entry)
      const asked = entry.in ?? entry.when ?? entry.file ?? ''
      if (entry.error === undefined) t.is(got, entry.out ?? '', asked)
      else t.true(got.startsWith('error: '), `${asked} must fail: ${entry.error}, and gave ${got}`)
    }
  })
}
