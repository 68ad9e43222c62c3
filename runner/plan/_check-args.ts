import { z } from 'zod'
import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { isList, isRecord, Template, toPlain, type Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import type { ActionSpec } from '../module/registry.ts'
import { type ArgumentIssue, argumentNames, choiceHint, validateArgs } from '../module/validate.ts'

export interface ArgsToCheck {
  readonly nodes: ReadonlyMap<string, Node>
  /** The places of the arguments' names. */
  readonly keys: ReadonlyMap<string, Source>
  readonly source: Source
  /** More arguments may come at run time: `args: "{{ … }}"` or module_defaults. */
  readonly open: boolean
}

/**
 * Checks by the schema what is known before the run; arguments that hold a template are left to the run.
 * @throws RunnerError `argument` at the place of the wrong name or value, further ones in its trace
 */
export function checkArgs(spec: ActionSpec, args: ArgsToCheck): void {
  const plain: Record<string, unknown> = { __proto__: null }
  const templated = new Set<string>()
  for (const [name, node] of args.nodes) {
    if (holdsTemplate(node.value)) templated.add(name)
    else plain[name] = toPlain(node.value, 'reveal')
  }
  const issues = templated.size === 0 && !args.open ? wholeIssues(spec, plain) : partIssues(spec, plain, { templated, open: args.open })
  const [first] = issues
  if (first === undefined) return
  const trace = issues.slice(1).map((issue) => `also: ${issue.message}`)
  throw new RunnerError('argument', first.message, { source: placeOf(spec, first, args), hint: first.hint, trace })
}

export function holdsTemplate(value: Value): boolean {
  if (value instanceof Template) return true
  if (isList(value)) return value.some(holdsTemplate)
  return isRecord(value) && Object.values(value).some(holdsTemplate)
}

function wholeIssues(spec: ActionSpec, plain: Readonly<Record<string, unknown>>): readonly ArgumentIssue[] {
  const validated = validateArgs(spec, plain)
  return validated.ok ? [] : validated.issues
}

/** Each known argument by itself: rules over several arguments wait for the run. */
function partIssues(
  spec: ActionSpec,
  plain: Readonly<Record<string, unknown>>,
  { templated, open }: { readonly templated: ReadonlySet<string>; readonly open: boolean },
): readonly ArgumentIssue[] {
  const shape = shapeOf(spec.args)
  if (shape === undefined) return []
  const names = Object.keys(shape)
  const unknown = [...Object.keys(plain), ...templated].filter((name) => !names.includes(name))
  const issues =
    unknown.length === 0
      ? []
      : wholeIssues(spec, Object.fromEntries(unknown.map((name) => [name, null]))).filter(({ message }) =>
          message.startsWith('Unsupported'),
        )
  const missing = open ? [] : required(spec, shape).filter((name) => !(name in plain) && !templated.has(name))
  return [
    ...issues,
    ...missing.map((name) => ({ message: `missing required arguments: ${name}`, path: [], hint: `'${spec.name}' needs '${name}'` })),
    ...Object.entries(plain).flatMap(([name, value]) => valueIssues(spec, name, { schema: shape[name], value })),
  ]
}

function valueIssues(
  spec: ActionSpec,
  name: string,
  { schema, value }: { readonly schema: z.core.$ZodType | undefined; readonly value: unknown },
): readonly ArgumentIssue[] {
  if (schema === undefined) return []
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return []
  return parsed.error.issues.map((issue) => {
    const path = [name, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
    const hint = path.length === 1 ? choiceHint(issue, value) : undefined
    return { message: `argument '${path.join('.')}' of ${spec.name}: ${issue.message}`, path, hint }
  })
}

const REQUIRED = new WeakMap<ActionSpec, readonly string[]>()

function required(spec: ActionSpec, shape: Readonly<Record<string, z.core.$ZodType>>): readonly string[] {
  const known = REQUIRED.get(spec)
  if (known !== undefined) return known
  const names = argumentNames(spec).filter((name) => shape[name] !== undefined && !z.safeParse(shape[name], undefined).success)
  REQUIRED.set(spec, names)
  return names
}

/** The fields of a schema under its refinements and transformations; undefined where it is no object. */
function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodObject ? shapeOf(schema.in) : shapeOf(schema.out)
  return undefined
}

function placeOf(spec: ActionSpec, { path }: ArgumentIssue, args: ArgsToCheck): Source {
  const [first, ...rest] = path
  if (first === undefined) return args.source
  const name = String(first)
  if (!argumentNames(spec).includes(name) && rest.length === 0) return args.keys.get(name) ?? args.source
  let node = args.nodes.get(name)
  for (const part of rest) node = (typeof part === 'number' ? node?.items?.[part] : node?.entries?.get(part)?.node) ?? node
  return node?.source ?? args.source
}
