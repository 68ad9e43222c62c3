import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { messageOf, RunnerError } from '../base/error.ts'
import type { Groups } from './_groups.ts'
import type { Node } from './node.ts'
import { varMap } from './vars.ts'
import { parseYaml } from './yaml.ts'

/** An executable inventory: its `--list` JSON; hosts' variables from `_meta`, or one `--host` call each where it has none. */
export function readScriptInventory(path: string, groups: Groups): void {
  const root = ask(path, ['--list'])
  if (root?.entries === undefined) throw new RunnerError('inventory', `${path} --list did not print a JSON object`)
  const meta = root.entries.get('_meta')?.node.entries?.get('hostvars')?.node
  const names = new Set<string>()
  for (const [name, { node }] of root.entries) if (name !== '_meta') for (const host of readGroup(name, node, groups)) names.add(host)
  for (const name of names) {
    const vars = meta === undefined ? ask(path, ['--host', name]) : meta.entries?.get(name)?.node
    for (const [key, entry] of varMap(vars)) groups.host(name).vars.set(key, entry)
  }
  for (const [name, { node }] of meta?.entries ?? []) for (const [key, entry] of varMap(node)) groups.host(name).vars.set(key, entry)
}

function readGroup(name: string, node: Node, groups: Groups): readonly string[] {
  groups.group(name)
  const hosts = names(node.items ?? node.entries?.get('hosts')?.node.items)
  groups.setGroupVars(name, varMap(node.entries?.get('vars')?.node))
  for (const child of names(node.entries?.get('children')?.node.items)) {
    if (!groups.addChild(name, child))
      throw new RunnerError('inventory', `the group "${child}" would contain itself`, { source: node.source })
  }
  return hosts.map((host) => groups.addHost(host, name).name)
}

function names(items: readonly Node[] | undefined): readonly string[] {
  return (items ?? []).map(({ value, source }) => {
    if (typeof value === 'string') return value
    throw new RunnerError('inventory', 'the names of hosts and groups are texts', { source })
  })
}

const TIMEOUT_MS = 60_000
const MAX_BYTES = 64 * 1024 * 1024

function ask(path: string, args: readonly string[]): Node | undefined {
  let text: string
  try {
    text = execFileSync(path, args, {
      cwd: dirname(path),
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_BYTES,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    throw new RunnerError('inventory', `the inventory script ${path} ${args.join(' ')} failed: ${messageOf(error)}`, {
      cause: error,
      hint: 'a file that is no script must not be executable',
    })
  }
  return text.trim() === '' ? undefined : parseYaml({ path: `${path} ${args.join(' ')}`, text })
}
