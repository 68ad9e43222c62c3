import { createHash } from 'node:crypto'
import { RunnerError } from '../base/error.ts'
import { record } from '../base/value.ts'
import type { Groups } from './_groups.ts'
import { runProgram } from './_inventory-program.ts'
import type { InventoryCache } from './inventory-settings.ts'
import type { VarMap } from './layer.ts'
import type { Node } from './node.ts'
import type { Decrypt } from './source-file.ts'
import { varMap } from './vars.ts'
import type { Warn } from './warn.ts'
import { parseYaml } from './yaml.ts'

export interface ScriptContext {
  readonly groups: Groups
  readonly warn: Warn
  readonly decrypt: Decrypt | undefined
  readonly cache: InventoryCache | undefined
  readonly fromCache: boolean
}

/** An executable inventory: its `--list` JSON; hosts' variables from `_meta`, or one `--host` call each where it has none. */
export function readScriptInventory(path: string, context: ScriptContext): void {
  const { groups } = context
  const answers = new Answers(path, context)
  const root = answers.ask(['--list'])
  if (root?.entries === undefined) throw new RunnerError('inventory', `${path} --list did not print a JSON object`)
  const meta = root.entries.get('_meta')?.node.entries?.get('hostvars')?.node
  const names = new Set<string>()
  for (const [name, { node }] of root.entries) if (name !== '_meta') for (const host of readGroup(name, node, groups)) names.add(host)
  for (const name of names) {
    const vars = meta === undefined ? answers.ask(['--host', name]) : meta.entries?.get(name)?.node
    setVars(name, varMap(vars), groups)
  }
  answers.keep()
}

/** A name that is also a group's means the group. */
function setVars(name: string, vars: VarMap, groups: Groups): void {
  if (groups.groups.has(name)) groups.setGroupVars(name, vars)
  else for (const [key, entry] of vars) groups.host(name).vars.set(key, entry)
}

const PARTS = ['hosts', 'vars', 'children']

function readGroup(name: string, node: Node, groups: Groups): readonly string[] {
  const entries = node.entries
  if (entries !== undefined && !PARTS.some((part) => entries.has(part))) return readSoleHost(name, node, groups)
  groups.group(name)
  const hosts = names(node.items === undefined ? entries?.get('hosts')?.node : node)
  groups.setGroupVars(name, varMap(entries?.get('vars')?.node))
  for (const child of names(entries?.get('children')?.node)) {
    if (!groups.addChild(name, child))
      throw new RunnerError('inventory', `the group "${child}" would contain itself`, { source: node.source })
  }
  return hosts.map((host) => groups.addHost(host, name).name)
}

/** A mapping with none of the parts of a group: the variables of a group whose one host has its name. */
function readSoleHost(name: string, node: Node, groups: Groups): readonly string[] {
  groups.setGroupVars(name, varMap(node))
  return [groups.addHost(name, name).name]
}

function names(node: Node | undefined): readonly string[] {
  if (node === undefined) return []
  if (node.items === undefined) throw new RunnerError('inventory', 'the hosts and children of a group are lists', { source: node.source })
  return node.items.map(({ value, source }) => {
    if (typeof value === 'string') return value
    throw new RunnerError('inventory', 'the names of hosts and groups are texts', { source })
  })
}

/** What a program answers, or has answered before. */
class Answers {
  readonly #path: string
  readonly #context: ScriptContext
  readonly #kept: Map<string, string>
  #asked = false

  constructor(path: string, context: ScriptContext) {
    this.#path = path
    this.#context = context
    const known = context.fromCache ? context.cache?.read(keyOf(path)) : undefined
    this.#kept = new Map(Object.entries(known ?? {}).flatMap(([args, text]) => (typeof text === 'string' ? [[args, text]] : [])))
  }

  ask(args: readonly string[]): Node | undefined {
    const command = args.join(' ')
    const text = this.#kept.get(command) ?? this.#run(args)
    this.#kept.set(command, text)
    if (text.trim() === '') return undefined
    return parseYaml({ path: `${this.#path} ${command}`, text }, { legacyJson: true, decrypt: this.#context.decrypt })
  }

  #run(args: readonly string[]): string {
    this.#asked = true
    const { stdout, stderr } = runProgram(this.#path, args)
    if (stderr.trim() !== '') this.#context.warn(`${this.#path} ${args.join(' ')} said on standard error: ${stderr.trim()}`)
    return stdout
  }

  keep(): void {
    if (this.#asked) this.#context.cache?.write(keyOf(this.#path), record(this.#kept))
  }
}

/** The name that ansible-core's plugins give what they keep. */
function keyOf(path: string): string {
  const plugin = 'ansible.builtin.script'
  return `${plugin}_k${createHash('sha256').update(`${plugin}${path}`).digest('hex').slice(0, 6)}`
}
