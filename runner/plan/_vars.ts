import { RunnerError } from '../base/error.ts'
import type { VarMap } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import { NO_VARS, varMap } from '../load/vars.ts'

const IDENTIFIER = /^[A-Za-z_]\w*$/

/**
 * The `vars:` of a play, block, task or role entry.
 * @throws RunnerError `variable` for a name that no template could use
 */
export function readVars(node: Node | undefined, what: string): VarMap {
  if (node === undefined) return NO_VARS
  const vars = varMap(node)
  for (const [name, { source }] of vars) {
    if (IDENTIFIER.test(name)) continue
    throw new RunnerError('variable', `invalid variable name in vars specified for ${what}: '${name}' is not a valid variable name`, {
      source,
      hint: 'names have letters, digits and _ only, and do not begin with a digit',
    })
  }
  return vars
}
