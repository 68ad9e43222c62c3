import { didYouMean } from '../../base/did-you-mean.ts'
import { RunnerError } from '../../base/error.ts'
import { isRecord } from '../../base/value.ts'
import { fail } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import { str } from '../runtime/text.ts'
import { newRecord, own, type Val } from '../runtime/types.ts'
import { asRecord, iterate } from '../runtime/values.ts'
import { type Lookup, type Options, perTerm } from './define.ts'

function env(name: string, options: Options, run: Run): readonly Val[] {
  return [run.renderer.host.env[name] ?? options.get('default') ?? '']
}

function vars(name: string, options: Options, run: Run): readonly Val[] {
  const value = run.variable(name)
  const fallback = options.get('default')
  if (value !== undefined) return [run.resolve(value)]
  if (fallback !== undefined) return [fallback]
  throw new RunnerError('undefined', `No variable named '${name}' was found.`, { hint: didYouMean(name, run.scope.names()) })
}

function varNames(pattern: string, _options: Options, run: Run): readonly Val[] {
  let wanted: RegExp
  try {
    wanted = new RegExp(pattern)
  } catch (error) {
    return fail(`Unable to use "${pattern}" as a search parameter: ${error instanceof Error ? error.message : ''}`)
  }
  return [...new Set(run.scope.names())].filter((name) => wanted.test(name))
}

/** Hosts by a simple pattern (names, groups, `all`, `!` and `&`) over the scope's `groups`. */
function inventoryHostnames(pattern: string, _options: Options, run: Run): readonly Val[] {
  const groups = run.resolve(run.variable('groups') ?? newRecord())
  const all = hostsOf(groups, 'all')
  let chosen: readonly string[] = []
  for (const part of pattern
    .split(/[:,]/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const members = matching(groups, all, part.replace(/^[!&]/, ''))
    if (part.startsWith('!'))
      chosen = (chosen.length === 0 && pattern.startsWith('!') ? all : chosen).filter((host) => !members.includes(host))
    else if (part.startsWith('&')) chosen = chosen.filter((host) => members.includes(host))
    else chosen = [...chosen, ...members.filter((host) => !chosen.includes(host))]
  }
  return all.filter((host) => chosen.includes(host))
}

function hostsOf(groups: Val, name: string): readonly string[] {
  const record = asRecord(groups)
  const members = record === undefined ? undefined : own(record, name)
  return members === undefined ? [] : iterate(members).map(str)
}

function matching(groups: Val, all: readonly string[], name: string): readonly string[] {
  if (name === '*') return all
  if (isRecord(groups) && Object.hasOwn(groups, name)) return hostsOf(groups, name)
  const pattern = new RegExp(
    `^${name
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  const byGroup = Object.keys(asRecord(groups) ?? {})
    .filter((group) => pattern.test(group))
    .flatMap((group) => hostsOf(groups, group))
  return all.filter((host) => pattern.test(host) || byGroup.includes(host))
}

export const VARIABLES: readonly (readonly [string, Lookup])[] = [
  ['env', perTerm(['default'], env)],
  ['vars', perTerm(['default'], vars)],
  ['varnames', perTerm([], varNames)],
  ['inventory_hostnames', perTerm([], inventoryHostnames)],
]
