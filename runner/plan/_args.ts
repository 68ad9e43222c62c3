import type { Source } from '../base/source.ts'
import { isList, isRecord, Template } from '../base/value.ts'
import type { VarEntry, VarMap } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import type { ActionSpec } from '../module/registry.ts'
import { canonicalName } from '../module/validate.ts'
import { type Compiler, syntaxError } from './_compiler.ts'
import { readFreeForm } from './_free-form.ts'

export interface WrittenArgs {
  readonly args: VarMap
  readonly nodes: ReadonlyMap<string, Node>
  readonly keys: ReadonlyMap<string, Source>
  readonly template: Node | undefined
}

interface Named {
  readonly key: Source
  readonly node: Node
}

/** A task's arguments from the module's value (a mapping, text, nothing) and `args:`, under the schema's own names. */
export function readArgs(
  compiler: Compiler,
  spec: ActionSpec,
  written: { readonly value: Node; readonly extra: Node | undefined },
): WrittenArgs {
  const all = new Map<string, Named>()
  const templates: Node[] = []
  for (const node of [written.extra, written.value]) {
    if (node === undefined || node.value === null) continue
    const isExtra = node === written.extra
    if (isRecord(node.value)) for (const [name, entry] of node.entries ?? []) add(compiler, spec, all, name, entry)
    else if (isList(node.value))
      throw syntaxError(`the arguments of '${spec.name}' are a mapping, not a list`, node.source, 'write name: value without the dash')
    else if (isExtra) templates.push(templateOnly(node))
    else {
      const free = readFreeForm(node, spec)
      for (const [name, child] of free.options) add(compiler, spec, all, name, { key: child.source, node: child })
      if (free.template !== undefined) templates.push(free.template)
    }
  }
  return assemble(all, templates.at(-1))
}

function templateOnly(node: Node): Node {
  if (node.value instanceof Template) return node
  throw syntaxError("'args' must be a mapping", node.source)
}

function add(compiler: Compiler, spec: ActionSpec, all: Map<string, Named>, name: string, entry: Named): void {
  const canonical = canonicalName(spec, name === '_raw_params' && spec.freeForm !== undefined ? spec.freeForm : name)
  if (canonical !== name && all.get(canonical)?.key.line !== undefined)
    compiler.warn(`both '${canonical}' and its other name '${name}' are given to '${spec.name}'`, entry.key)
  all.set(canonical, entry)
}

function assemble(all: ReadonlyMap<string, Named>, template: Node | undefined): WrittenArgs {
  const args = new Map<string, VarEntry>()
  const nodes = new Map<string, Node>()
  const keys = new Map<string, Source>()
  for (const [name, { key, node }] of all) {
    args.set(name, { value: node.value, source: node.source })
    nodes.set(name, node)
    keys.set(name, key)
  }
  return { args, nodes, keys, template }
}
