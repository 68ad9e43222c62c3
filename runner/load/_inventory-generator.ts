import { RunnerError } from '../base/error.ts'
import { Template, type Value } from '../base/value.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { str } from '../template/runtime/text.ts'
import { EMPTY_SCOPE, type Scope } from '../template/scope.ts'
import type { Groups } from './_groups.ts'
import { PluginConfig } from './_plugin-config.ts'
import type { VarEntry } from './layer.ts'
import type { Node } from './node.ts'
import { createScope, varMap } from './vars.ts'
import type { Warn } from './warn.ts'

export interface Generating {
  readonly groups: Groups
  readonly engine: TemplateEngine
  readonly warn: Warn
}

/** The plugin `generator`: a host for each combination of the layers' values, and groups above it. */
export function readGenerator(root: Node, context: Generating): void {
  const config = new PluginConfig('generator', root)
  config.warnOfOthers(['hosts', 'layers'], context.warn)
  const hosts = config.required('hosts', 'hosts: {name: "{{ a }}-{{ b }}"}')
  config.required('layers', 'layers: {a: [x, y], b: [1, 2]}')
  for (const chosen of combinations([...config.mapping('layers')].map(([name, { node }]) => [name, itemsOf(name, node)]))) {
    const scope = createScope([{ layer: 'inventory file host vars', vars: new Map(chosen) }], EMPTY_SCOPE)
    const host = named(hosts, 'hosts', { ...context, scope })
    context.groups.host(host)
    addParents(hosts, { name: host, kind: 'host' }, { ...context, scope })
  }
}

interface Combination extends Generating {
  readonly scope: Scope
}

interface Element {
  readonly name: string
  readonly kind: 'host' | 'group'
}

function addParents(node: Node, below: Element, context: Combination): void {
  const { groups } = context
  for (const parent of parentsOf(node, below.name)) {
    const name = named(parent, `a parent of ${below.name}`, context)
    groups.group(name)
    groups.setGroupVars(name, rendered(parent.entries?.get('vars')?.node, context))
    if (below.kind === 'host') groups.addHost(below.name, name)
    else if (!groups.addChild(name, below.name))
      throw new RunnerError('inventory', `the group "${below.name}" would contain itself`, { source: parent.source })
    addParents(parent, { name, kind: 'group' }, context)
  }
}

function parentsOf(node: Node, owner: string): readonly Node[] {
  const parents = node.entries?.get('parents')?.node
  if (parents === undefined || parents.value === null) return []
  if (parents.items !== undefined) return parents.items
  throw new RunnerError('inventory', `the parents of ${owner} must be a list`, { source: parents.source, hint: 'write - name: …' })
}

function named(node: Node, what: string, { engine, scope }: Combination): string {
  const name = node.entries?.get('name')?.node
  const text = name === undefined ? null : engine.render(name.value, scope)
  if (text !== null && text !== '') return str(text)
  throw new RunnerError('inventory', `${what} has no name`, { source: name?.source ?? node.source, hint: 'write name: "{{ … }}"' })
}

/** Texts are rendered; lists and mappings stay for later, as they are written. */
function rendered(node: Node | undefined, { engine, scope }: Combination): ReadonlyMap<string, VarEntry> {
  const vars = [...varMap(node)]
  return new Map(
    vars.map(([name, { value, source }]) => [name, { value: value instanceof Template ? engine.render(value, scope) : value, source }]),
  )
}

function itemsOf(name: string, node: Node): readonly Node[] {
  if (node.items !== undefined) return node.items
  throw new RunnerError('inventory', `the layer ${name} must be a list`, { source: node.source, hint: `${name}: [a, b]` })
}

type Chosen = readonly (readonly [string, { readonly value: Value; readonly source: Node['source'] }])[]

/** All combinations; the last layer changes fastest. */
function combinations(layers: readonly (readonly [string, readonly Node[]])[]): readonly Chosen[] {
  return layers.reduce<readonly Chosen[]>(
    (made, [name, items]) => made.flatMap((before) => items.map(({ value, source }): Chosen => [...before, [name, { value, source }]])),
    [[]],
  )
}
