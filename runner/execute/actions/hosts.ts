import { z } from 'zod'
import { RunnerError } from '../../base/error.ts'
import { isList, record, toPlain, type Value } from '../../base/value.ts'
import type { VarEntry } from '../../load/layer.ts'
import { list, str } from '../../module/args.ts'
import type { Executed } from '../executed.ts'
import { anyArgs, defineAction } from './_define.ts'

const NAMES = ['name', 'hostname', 'host']
const GROUPS = ['groups', 'group', 'groupname']

/** Adds a host to the inventory of this run; runs once for the whole play. */
export const addHost = defineAction({
  name: 'add_host',
  wholePlay: true,
  args: anyArgs,
  run(task, args) {
    const name = pick(args, NAMES)
    if (typeof name !== 'string' || name === '')
      throw new RunnerError('argument', 'name, host or hostname needs to be provided', { source: task.step.source })
    const groups = strings(pick(args, GROUPS) ?? [])
    const vars = new Map<string, VarEntry>()
    for (const [key, value] of args) if (!NAMES.includes(key) && !GROUPS.includes(key)) vars.set(key, { value, source: task.step.source })
    const outcome = task.play.run.options.inventory.addHost(name, groups, { layer: 'inventory file host vars', vars })
    return changedUnless(
      outcome === 'same',
      record([
        [
          'add_host',
          record([
            ['host_name', name],
            ['groups', groups],
            ['host_vars', record([...vars].map(([key, { value }]) => [key, value] as const))],
          ]),
        ],
      ]),
    )
  },
})

/** Puts each host into a group named by its own variables. */
export const groupBy = defineAction({
  name: 'group_by',
  args: z.strictObject({ key: str(), parents: list(str()).default(['all']) }),
  run(task, args) {
    const group = String(toPlain(args.get('key') ?? '')).replaceAll(' ', '-')
    const parents = strings(args.get('parents') ?? ['all'])
    const outcome = task.play.run.options.inventory.addGroup(group, task.host.name, parents)
    return changedUnless(
      outcome === 'same',
      record([
        ['add_group', group],
        ['parent_groups', parents],
      ]),
    )
  },
})

function changedUnless(same: boolean, data: Executed['data']): Executed {
  return { status: same ? 'ok' : 'changed', data }
}

function pick(args: ReadonlyMap<string, Value>, names: readonly string[]): Value | undefined {
  return names.map((name) => args.get(name)).find((value) => value !== undefined)
}

function strings(value: Value): string[] {
  if (isList(value)) return value.map((item) => String(toPlain(item)))
  return typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : []
}
