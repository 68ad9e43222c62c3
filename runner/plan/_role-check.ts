import { RunnerError } from '../base/error.ts'
import { record } from '../base/value.ts'
import type { VarEntry } from '../load/layer.ts'
import type { Node } from '../load/node.ts'
import type { LoadedRole } from '../load/role.ts'
import type { Compiler, Frame } from './_compiler.ts'
import { findSpec } from './_find-module.ts'
import { NO_KEYWORDS } from './_keywords.ts'
import type { RoleUse } from './_role.ts'
import { readArgumentSpec } from './argument-spec.ts'
import type { TaskStep } from './types.ts'

/** The action that checks a role's variables by its argument specification. */
export const CHECK_ACTION = 'validate_argument_spec'

interface RoleToCheck {
  readonly compiler: Compiler
  readonly role: LoadedRole
  readonly frame: Frame
  readonly use: RoleUse
}

/** The implicit first task of a role whose entry point has an argument specification. */
export async function roleCheck({ compiler, role, frame, use }: RoleToCheck): Promise<readonly TaskStep[]> {
  const entry = (use.from.tasks ?? 'main').replace(/\.(ya?ml|json)$/, '')
  const spec = role.argumentSpecs?.entries?.get(entry)
  if (spec === undefined || frame.role === undefined) return []
  const options = spec.node.entries?.get('options')?.node ?? { value: record([]), source: spec.key, entries: new Map() }
  readArgumentSpec(options)
  const action = await findSpec(compiler, { name: CHECK_ACTION, source: spec.key, args: options, local: false }, frame)
  const nodes = new Map<string, Node>([
    ['argument_spec', options],
    ['provided_arguments', { value: record([...use.params].map(([name, { value }]) => [name, value] as const)), source: use.source }],
    [
      'validate_args_context',
      {
        value: record([
          ['type', 'role'],
          ['name', frame.role.shortName],
          ['argument_spec_name', entry],
          ['path', frame.role.path],
        ]),
        source: spec.key,
      },
    ],
  ])
  const described = spec.node.entries?.get('short_description')?.node.value
  if (described !== undefined && typeof described !== 'string')
    throw new RunnerError('syntax', "'short_description' must be a text", { source: spec.key })
  return [
    {
      kind: 'task',
      id: compiler.ids.next++,
      actionKey: { name: CHECK_ACTION, source: spec.key },
      name: `Validating arguments against arg spec '${entry}'${described === undefined ? '' : ` - ${described}`}`,
      source: spec.key,
      keywords: { ...frame.keywords, tags: [...new Set([...frame.keywords.tags, 'always'])], delegateTo: NO_KEYWORDS.delegateTo },
      role: frame.role,
      layers: frame.layers,
      file: frame.file,
      parents: frame.parents,
      action,
      argNodes: nodes,
      argKeys: new Map(),
      argsTemplate: undefined,
      args: new Map<string, VarEntry>([...nodes].map(([name, node]) => [name, { value: node.value, source: node.source }] as const)),
    },
  ]
}
