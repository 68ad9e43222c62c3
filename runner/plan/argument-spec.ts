import { didYouMean } from '../base/did-you-mean.ts'
import { RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { isList, isRecord, toPlain, type Value } from '../base/value.ts'
import type { Node } from '../load/node.ts'
import { checkType, isTypeName, TYPE_NAMES, type TypeName } from './_argument-type.ts'

/** One argument that a role takes. */
export interface ArgumentSpec {
  readonly name: string
  readonly type: TypeName
  readonly elements: TypeName | undefined
  readonly required: boolean
  /** A secret: its value is one from the start, and is masked wherever it would be shown. */
  readonly noLog: boolean
  readonly default: Value | undefined
  readonly choices: readonly Value[] | undefined
  readonly description: string
  readonly options: readonly ArgumentSpec[] | undefined
  readonly source: Source
}

export interface ArgumentError {
  /** As ansible words it: `missing required arguments: port`. */
  readonly message: string
  /** Leads to the value: `users`, 0, `name`. */
  readonly path: readonly (string | number)[]
  /** Where the argument was declared. */
  readonly declared: Source
}

const KEYS = [
  'type',
  'elements',
  'required',
  'default',
  'choices',
  'description',
  'options',
  'version_added',
  'no_log',
  'aliases',
  'apply_defaults',
  'removed_in_version',
  'fallback',
  'deprecated_aliases',
  'removed_at_date',
  'removed_from_collection',
  'mutually_exclusive',
  'required_together',
  'required_one_of',
  'required_if',
  'required_by',
]

/**
 * The `options` of an entry point in meta/argument_specs.
 * @throws RunnerError `syntax` for a specification that is itself wrong
 */
export function readArgumentSpec(options: Node | undefined): readonly ArgumentSpec[] {
  if (options === undefined || options.value === null) return []
  if (options.entries === undefined)
    throw new RunnerError('syntax', 'the options of an argument specification are a mapping', { source: options.source })
  return [...options.entries].map(([name, { key, node }]) => readOne(name, node, key))
}

function readOne(name: string, node: Node, source: Source): ArgumentSpec {
  const entries = node.entries ?? new Map<string, never>()
  if (node.value !== null && node.entries === undefined)
    throw new RunnerError('syntax', `the specification of '${name}' must be a mapping`, { source: node.source })
  for (const [key, entry] of entries) {
    if (!KEYS.includes(key))
      throw new RunnerError('syntax', `'${key}' is not known in an argument specification`, {
        source: entry.key,
        hint: didYouMean(key, KEYS),
      })
  }
  const options = entries.get('options')?.node
  return {
    name,
    source,
    type: typeOf(entries.get('type')?.node) ?? 'str',
    elements: typeOf(entries.get('elements')?.node),
    required: entries.get('required')?.node.value === true,
    noLog: entries.get('no_log')?.node.value === true,
    default: entries.get('default')?.node.value,
    choices: entries.get('choices')?.node.items?.map((item) => item.value),
    description: [entries.get('description')?.node.value ?? '']
      .flat()
      .map((line) => (typeof line === 'string' ? line : ''))
      .join(' '),
    options: options === undefined ? undefined : readArgumentSpec(options),
  }
}

function typeOf(node: Node | undefined): TypeName | undefined {
  if (node === undefined) return undefined
  const { value } = node
  if (typeof value === 'string' && isTypeName(value)) return value
  throw new RunnerError('syntax', `'${String(toPlain(value))}' is not a type of an argument`, {
    source: node.source,
    hint: `types are ${TYPE_NAMES.join(', ')}`,
  })
}

/**
 * Checks rendered values by a specification, deeply. A value that is undefined counts as not given; names that the
 * specification does not have are no error at the top (they are other variables), but are inside `options`.
 */
export function validateArguments(
  spec: readonly ArgumentSpec[],
  values: Readonly<Record<string, Value | undefined>>,
): readonly ArgumentError[] {
  return spec.flatMap((argument) => validateOne(argument, values[argument.name], [argument.name]))
}

type Path = readonly (string | number)[]

function validateOne(argument: ArgumentSpec, value: Value | undefined, path: Path): readonly ArgumentError[] {
  const error = (message: string, at: Path = path): ArgumentError => ({ message, path: at, declared: argument.source })
  const where = path.length === 1 ? '' : ` found in ${path.slice(0, -1).join(' -> ')}`
  if (value === undefined || (value === null && !argument.required)) {
    return argument.required && argument.default === undefined ? [error(`missing required arguments: ${argument.name}${where}`)] : []
  }
  const wrong = checkType(argument.type, value)
  if (wrong !== undefined)
    return [
      error(
        `argument '${argument.name}' is of type ${wrong.actual}${where} and we were unable to convert to ${argument.type}: ${wrong.reason}`,
      ),
    ]
  return [
    ...choiceErrors(argument, value).map((message) => error(message)),
    ...elementErrors(argument, value, path),
    ...optionErrors(argument, value, path),
  ]
}

function choiceErrors(argument: ArgumentSpec, value: Value): readonly string[] {
  const { choices } = argument
  if (choices === undefined) return []
  const allowed = choices.map((choice) => String(toPlain(choice)))
  const given = isList(value) ? value.map((item) => String(toPlain(item))) : [String(toPlain(value))]
  const wrong = given.filter((item) => !allowed.includes(item))
  if (wrong.length === 0) return []
  return [
    `value of ${argument.name} must be ${isList(value) ? 'one or more of' : 'one of'}: ${allowed.join(', ')}, got: ${wrong.join(', ')}`,
  ]
}

function elementErrors(argument: ArgumentSpec, value: Value, path: Path): readonly ArgumentError[] {
  const { elements } = argument
  if (elements === undefined || argument.type !== 'list' || !isList(value)) return []
  return value.flatMap((item, at) => {
    const wrong = checkType(elements, item)
    if (wrong === undefined) return []
    return [
      {
        message: `Elements value for option '${argument.name}' is of type ${wrong.actual} and we were unable to convert to ${elements}: ${wrong.reason}`,
        path: [...path, at],
        declared: argument.source,
      },
    ]
  })
}

function optionErrors(argument: ArgumentSpec, value: Value, path: Path): readonly ArgumentError[] {
  const { options } = argument
  if (options === undefined) return []
  if (isList(value)) return value.flatMap((item: Value, at) => (isRecord(item) ? inside(options, item, [...path, at]) : []))
  return isRecord(value) ? inside(options, value, path) : []
}

function inside(options: readonly ArgumentSpec[], value: Readonly<Record<string, Value>>, path: Path): readonly ArgumentError[] {
  const names = options.map(({ name }) => name)
  const unknown = Object.keys(value).filter((name) => !names.includes(name))
  const [first] = options
  const unsupported =
    unknown.length === 0 || first === undefined
      ? []
      : [
          {
            message: `${path.concat(unknown[0] ?? '').join('.')}. Supported parameters include: ${[...names].sort().join(', ')}.`,
            path: [...path, unknown[0] ?? ''],
            declared: first.source,
          },
        ]
  return [...unsupported, ...options.flatMap((option) => validateOne(option, value[option.name], [...path, option.name]))]
}
