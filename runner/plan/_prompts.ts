import type { Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import { type Entries, unknownKeyword } from './_attributes.ts'
import { type Compiler, syntaxError } from './_compiler.ts'
import type { Prompt } from './types.ts'

const KEYS = ['name', 'prompt', 'default', 'private', 'confirm', 'encrypt', 'salt_size', 'salt', 'unsafe']

/** `vars_prompt` of a play: a list of mappings, or one of them. */
export function readPrompts(compiler: Compiler, node: Node | undefined): readonly Prompt[] {
  if (node === undefined || node.value === null) return []
  return (node.items ?? [node]).map((item) => readPrompt(compiler, item))
}

function readPrompt(compiler: Compiler, node: Node): Prompt {
  const { entries } = node
  if (entries === undefined)
    throw syntaxError('an entry of vars_prompt must be a mapping', node.source, 'write - name: variable and prompt: text')
  for (const [name, { key }] of entries) if (!KEYS.includes(name)) throw unknownKeyword(name, key, KEYS, 'vars_prompt')
  const name = entries.get('name')?.node
  if (name === undefined) throw syntaxError("Invalid vars_prompt data structure, missing 'name' key", node.source)
  if (typeof name.value !== 'string' || !/^[A-Za-z_]\w*$/.test(name.value))
    throw syntaxError('the name in vars_prompt must be a valid variable name', name.source)
  const field = fieldReader(compiler, entries)
  return {
    name: name.value,
    source: name.source,
    prompt: field('prompt'),
    default: field('default'),
    private: field('private'),
    confirm: field('confirm'),
    encrypt: field('encrypt'),
    saltSize: field('salt_size'),
    salt: field('salt'),
    unsafe: field('unsafe'),
  }
}

function fieldReader(compiler: Compiler, entries: Entries): (name: string) => Value | undefined {
  return (name) => {
    const value = entries.get(name)?.node.value
    if (value !== undefined) compiler.engine.checkSyntax(value)
    return value ?? undefined
  }
}
