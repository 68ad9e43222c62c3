import { messageOf, RunnerError } from '../base/error.ts'
import { findUnknown, Omit, type Value } from '../base/value.ts'
import type { TemplateEngine } from '../template/engine.ts'
import type { Scope } from '../template/scope.ts'
import { safeGroupName } from './_groups.ts'
import { type HostSight, hostScope } from './_host-scope.ts'
import { addKeyedGroups, readKeyedGroup } from './_keyed-group.ts'
import { expressionOf, PluginConfig } from './_plugin-config.ts'
import type { Entry, Node } from './node.ts'
import type { Warn } from './warn.ts'

export interface Constructing extends HostSight {
  readonly engine: TemplateEngine
  readonly warn: Warn
  readonly useExtraVars: boolean
}

const OPTIONS = ['strict', 'compose', 'groups', 'keyed_groups', 'use_extra_vars', 'leading_separator', 'use_vars_plugins']

/**
 * The plugin `constructed`: variables and groups of expressions over the hosts that earlier sources have named.
 * @throws RunnerError `inventory` for an expression that fails where the file says `strict`
 */
export function readConstructed(root: Node, context: Constructing): void {
  const config = new PluginConfig('constructed', root)
  config.warnOfOthers(OPTIONS, context.warn)
  const strict = config.flag('strict', false)
  const folders = config.flag('use_vars_plugins', false)
  const extra = config.flag('use_extra_vars', context.useExtraVars)
  const leadingSeparator = config.flag('leading_separator', true)
  const compose = [...config.mapping('compose')]
  const conditions = [...config.mapping('groups')]
  const keyed = config.list('keyed_groups').map(readKeyedGroup)
  const { groups, engine } = context
  const attempt = attempts(strict)
  for (const host of [...groups.hosts.keys()]) {
    const look = (withExtra: boolean): Scope => hostScope(host, context, { folders, extra: withExtra })
    const before = look(extra)
    const made = compose.flatMap(([name, { key, node }]) => {
      const value = attempt(
        () => known(engine.evaluate(expressionOf(`the variable ${name}`, node), before, node.source)),
        () => ({ what: `could not set ${name} for the host ${host}`, node }),
      )
      return value === undefined ? [] : [[name, { value, source: key }] as const]
    })
    for (const [name, entry] of made) groups.host(host).vars.set(name, entry)
    const after = look(false)
    for (const [name, entry] of conditions) if (holds(name, entry, host)) groups.addHost(host, safeGroupName(name))
    function holds(name: string, { node }: Entry, of: string): boolean {
      return (
        attempt(
          () => engine.condition(node.value, after, node.source) === true,
          () => ({ what: `could not add the host ${of} to the group ${name}`, node }),
        ) === true
      )
    }
    const scope = extra ? look(true) : after
    for (const group of keyed) addKeyedGroups(group, { host, groups, engine, scope, strict, attempt, leadingSeparator })
  }
}

/** What an expression that may fail is about. */
export interface Attempted {
  readonly what: string
  readonly node: Node
}

export type Attempt = <T>(work: () => T, about: () => Attempted) => T | undefined

/** An expression that fails counts for nothing, or is an error. */
function attempts(strict: boolean): Attempt {
  return (work, about) => {
    try {
      return work()
    } catch (error) {
      if (!strict) return undefined
      const { what, node } = about()
      const details = error instanceof RunnerError ? { hint: error.hint, trace: error.trace } : {}
      throw new RunnerError('inventory', `${what}: ${messageOf(error)}`, { ...details, source: node.source, cause: error })
    }
  }
}

function known(value: Value): Value {
  const unknown = findUnknown(value)
  if (unknown !== undefined) throw new RunnerError('template', `this cannot be known yet: ${unknown.reason}`)
  return value instanceof Omit ? null : value
}
