import type { Change } from '../runner/module/index.ts'
import { type Chain, chainEffect, commandWords, type TableView } from './_iptables.ts'
import type { IptablesArgs } from './_iptables-args.ts'

export function planTable(view: TableView, task: IptablesArgs): readonly Change[] {
  if (task.flush) return flush(view, task)
  if (task.policy !== undefined) return policy(view, task, task.policy)
  if (view.rule.length === 0) return task.chain_management ? chainChanges(view, task) : []
  return task.state === 'present' ? presence(view, task) : absence(view, task)
}

function flush(view: TableView, task: IptablesArgs): readonly Change[] {
  if (view.chain.rules === 0) return []
  const chain = { ...view.chain, rules: 0, flushed: true, believed: {} }
  return [step(view, task, { what: `remove all rules of ${placeName(view, task)}`, words: ['-F', ...chainWord(task)], chain })]
}

function policy(view: TableView, task: IptablesArgs, wanted: string): readonly Change[] {
  if (view.chain.policy === wanted) return []
  const diff = { before: `${view.chain.policy ?? ''}\n`, after: `${wanted}\n`, beforeName: task.chain ?? '', afterName: task.chain ?? '' }
  const change = step(view, task, {
    what: `set the policy of ${placeName(view, task)} to ${wanted}`,
    words: ['-P', ...chainWord(task), wanted],
    chain: { ...view.chain, policy: wanted },
  })
  return [{ ...change, diff }]
}

function chainChanges(view: TableView, task: IptablesArgs): readonly Change[] {
  if (view.chain.exists === (task.state === 'present')) return []
  if (task.state === 'present') return [creation(view, task)]
  const gone: Chain = { exists: false, policy: undefined, rules: 0 }
  return [step(view, task, { what: `delete ${placeName(view, task)}`, words: ['-X', ...chainWord(task)], chain: gone })]
}

function creation(view: TableView, task: IptablesArgs): Change {
  const chain: Chain = { exists: true, policy: undefined, rules: 0, flushed: true, believed: {} }
  return step(view, task, { what: `create ${placeName(view, task)}`, words: ['-N', ...chainWord(task)], chain })
}

function presence(view: TableView, task: IptablesArgs): readonly Change[] {
  if (view.there) return []
  const place =
    task.action === 'append'
      ? ['-A', ...chainWord(task)]
      : ['-I', ...chainWord(task), ...(task.rule_num === undefined ? [] : [task.rule_num])]
  const what = `${task.action} rule ${view.rule.join(' ')} ${task.action === 'append' ? 'to' : 'into'} ${placeName(view, task)}`
  const chain = withRule(view, true)
  return [...(view.chain.exists ? [] : [creation(view, task)]), step(view, task, { what, words: [...place, ...view.rule], chain })]
}

function absence(view: TableView, task: IptablesArgs): readonly Change[] {
  if (!view.there) return []
  const what = `delete rule ${view.rule.join(' ')} from ${placeName(view, task)}`
  return [step(view, task, { what, words: ['-D', ...chainWord(task), ...view.rule], chain: withRule(view, false) })]
}

function withRule({ chain, rule }: TableView, there: boolean): Chain {
  return {
    ...chain,
    exists: true,
    rules: Math.max(0, chain.rules + (there ? 1 : -1)),
    believed: { ...chain.believed, [rule.join(' ')]: there },
  }
}

function step(
  view: TableView,
  task: IptablesArgs,
  { what, words, chain }: { readonly what: string; readonly words: readonly string[]; readonly chain: Chain },
): Change {
  const { program } = view
  const argv = [...commandWords({ program, table: task.table, wait: task.wait }), ...words]
  return { what, actions: [{ do: 'run', argv, env: { LC_ALL: 'C' } }], effects: [chainEffect(view, task, chain)] }
}

function chainWord(task: IptablesArgs): readonly string[] {
  return task.chain === undefined ? [] : [task.chain]
}

function placeName({ program }: TableView, task: IptablesArgs): string {
  const family = program === 'ip6tables' ? 'IPv6 ' : ''
  return task.chain === undefined ? `${family}table ${task.table}` : `${family}chain ${task.chain} (${task.table})`
}
