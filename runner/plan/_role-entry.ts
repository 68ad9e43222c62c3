import { isRecord, Template } from '../base/value.ts'
import type { VarEntry } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { type Entries, ROLE_KEYWORDS } from './_attributes.ts'
import { type Compiler, type Frame, renderEarly, syntaxError } from './_compiler.ts'
import { inheritable, readKeywords } from './_keywords.ts'
import type { RoleUse } from './_role.ts'
import { readVars } from './_vars.ts'

const NO_ENTRIES: Entries = new Map()
/** Keys of a dependency that only an installer of roles reads. */
const INSTALL_KEYS = new Set(['src', 'scm', 'version'])

/** An entry of `roles:` or of a role's `dependencies`: a name, or a mapping with keywords and parameters. */
export function roleEntry(compiler: Compiler, node: Node, frame: Frame): { readonly use: RoleUse; readonly inner: Frame } {
  const entries = node.entries ?? NO_ENTRIES
  const named = node.entries === undefined ? node : (entries.get('role')?.node ?? entries.get('name')?.node)
  if (named === undefined) throw syntaxError("a role's entry needs 'role'", node.source, 'write - role: name')
  const name = renderEarly(compiler, frame, named)
  if (typeof name !== 'string' || name === '') throw syntaxError("a role's name must be a text", named.source)
  const params = new Map<string, VarEntry>()
  for (const [key, entry] of entries)
    if (!ROLE_KEYWORDS.has(key) && !INSTALL_KEYS.has(key)) params.set(key, { value: entry.node.value, source: entry.key })
  for (const { value } of params.values()) if (value instanceof Template || isRecord(value)) compiler.engine.checkSyntax(value)
  const inner = frame.with({ keywords: inheritable(readKeywords(entries, { compiler, frame })) })
  const vars = readVars(entries.get('vars')?.node, 'Role')
  return { inner, use: { name, source: named.source, vars, params, from: {}, again: false, public: true, validate: true } }
}
