import type { z } from 'zod'
import { didYouMean } from '../base/did-you-mean.ts'
import { nearest } from '../base/nearest.ts'
import type { ActionSpec } from './registry.ts'

/** One thing wrong with a task's arguments; `path` leads to the place in what the user wrote. */
export interface ArgumentIssue {
  readonly message: string
  readonly path: readonly (string | number)[]
  readonly hint: string | undefined
}

export type Validated = { readonly ok: true; readonly args: unknown } | { readonly ok: false; readonly issues: readonly ArgumentIssue[] }

/** Checks rendered arguments by the action's schema. Keys must be the schema's own names already (see `canonicalNames`). */
export function validateArgs(spec: ActionSpec, args: Readonly<Record<string, unknown>>): Validated {
  const parsed = spec.args.safeParse(args)
  if (parsed.success) return { ok: true, args: parsed.data }
  const issues = parsed.error.issues.map((issue) => argumentIssue(spec, args, issue))
  // A name that does not exist is often the reason why another one is missing.
  return { ok: false, issues: [...issues.filter(isUnsupported), ...issues.filter((issue) => !isUnsupported(issue))] }
}

/** The schema's name of an argument that was given under one of its aliases. */
export function canonicalName(spec: ActionSpec, name: string): string {
  return Object.hasOwn(spec.aliases, name) ? (spec.aliases[name] ?? name) : name
}

/** The argument names of a schema; empty where the schema takes anything. */
export function argumentNames(spec: ActionSpec): readonly string[] {
  return objectKeys(spec.args)
}

function argumentIssue(spec: ActionSpec, args: Readonly<Record<string, unknown>>, issue: z.core.$ZodIssue): ArgumentIssue {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys' && path.length === 0) return unsupported(spec, issue.keys)
  const [name] = path
  if (path.length === 1 && name !== undefined && args[name] === undefined) {
    return { message: `missing required arguments: ${String(name)}`, path: [], hint: `'${spec.name}' needs '${String(name)}'` }
  }
  const where = path.length === 0 ? spec.name : `argument '${path.join('.')}' of ${spec.name}`
  return { message: `${where}: ${issue.message}`, path, hint: path.length === 1 ? choiceHint(issue, args[String(name)]) : undefined }
}

/** For a value that is not among the choices: the one that was probably meant. */
export function choiceHint(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return undefined
  return didYouMean(
    value,
    issue.values.filter((choice) => typeof choice === 'string'),
  )
}

function isUnsupported(issue: ArgumentIssue): boolean {
  return issue.message.startsWith('Unsupported parameters')
}

function unsupported(spec: ActionSpec, keys: readonly string[]): ArgumentIssue {
  const names = argumentNames(spec)
  const [first] = keys
  const close = first === undefined ? undefined : nearest(first, [...names, ...Object.keys(spec.aliases)])
  return {
    message: `Unsupported parameters for (${spec.name}) module: ${keys.join(', ')}`,
    path: first === undefined ? [] : [first],
    hint: `${close === undefined ? '' : `did you mean '${close}'? `}supported: ${[...names].sort().join(', ')}`,
  }
}

function objectKeys(schema: unknown): readonly string[] {
  const def = defOf(schema)
  if (def === undefined) return []
  if (typeof def['shape'] === 'object' && def['shape'] !== null) return Object.keys(def['shape'])
  for (const inner of ['in', 'innerType', 'schema']) {
    const keys = def[inner] === undefined ? [] : objectKeys(def[inner])
    if (keys.length > 0) return keys
  }
  return []
}

function defOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof schema !== 'object' || schema === null || !('def' in schema)) return undefined
  const { def } = schema
  return typeof def === 'object' && def !== null ? { ...def } : undefined
}
