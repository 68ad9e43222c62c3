import { messageOf, RunnerError } from '../../base/error.ts'
import { Unknown } from '../../base/value.ts'
import { fail } from '../runtime/errors.ts'
import { joinTexts } from '../runtime/operators.ts'
import type { Run } from '../runtime/run.ts'
import { type CallValues, Undefined, type Val } from '../runtime/types.ts'
import { plainText, truthy } from '../runtime/values.ts'
import { LOOKUPS, runLookup } from './index.ts'

/** `lookup(name, terms…)` joins with commas, `query(name, terms…)` gives a list. */
export function lookupCall({ positional, named }: CallValues, run: Run, form: 'joined' | 'list'): Val {
  const [first, ...terms] = positional
  const name = plainText(first ?? null)
  if (name === undefined) return fail("lookup() needs the name of a lookup as its first argument, like lookup('file', 'path')")
  for (const value of [...positional, ...named.values()]) {
    if (value instanceof Unknown) return value
    if (value instanceof Undefined && !/^(?:ansible\.builtin\.)?first_found$/.test(name)) throw value.error()
  }
  const wantList = form === 'list' || truthy(named.get('wantlist') ?? false)
  const errors = plainText(named.get('errors') ?? null) ?? 'strict'
  const options = new Map([...named].filter(([key]) => key !== 'wantlist' && key !== 'errors'))
  try {
    return shaped(runLookup(name, terms, options, run), wantList)
  } catch (error) {
    if (errors === 'strict' || !(error instanceof RunnerError) || error.code === 'limit' || !LOOKUPS.has(name)) throw error
    if (errors === 'warn')
      run.renderer.host.warn(
        messageOf(error).replace(/^The lookup plugin '[^']*' failed:/, `An error occurred while running the lookup plugin '${name}':`),
        error.source,
      )
    return wantList ? [] : null
  }
}

function shaped(found: readonly Val[], wantList: boolean): Val {
  if (wantList) return found
  const [only] = found
  if (only === undefined) return found.length === 0 ? [] : null
  if (found.length === 1) return only
  return found.every((item) => plainText(item) !== undefined)
    ? joinTexts(found.flatMap((item, at) => (at === 0 ? [item] : [',', item])))
    : found
}
