import { basename, extname } from 'node:path'
import { RunnerError } from '../base/error.ts'
import type { Module } from './define.ts'

export type AnyModule = Module

/** What a module file exported by default, once it is seen to keep the contract. @throws RunnerError `syntax` that lists what is missing */
export function asModule(namespace: unknown, file: string): AnyModule {
  const exported = property(namespace, 'default')
  const problems = problemsOf(exported)
  if (problems.length > 0 || !isModule(exported)) {
    throw new RunnerError('syntax', `${file} is not a module: ${problems.join('; ')}`, {
      hint: "a module file ends with `export default defineModule({ name, summary, args, examples, check, plan })` from 'stackrun'",
    })
  }
  const expected = basename(file, extname(file))
  if (exported.name !== expected) {
    throw new RunnerError('syntax', `${file} defines a module named '${exported.name}': the file's name and the module's must be the same`)
  }
  return exported
}

function isModule(value: unknown): value is AnyModule {
  return problemsOf(value).length === 0
}

function problemsOf(value: unknown): string[] {
  if (value === undefined) return ['it has no default export']
  if (typeof value !== 'object' || value === null) return ['its default export is not an object']
  const wrong = (key: string, kind: string): string[] => (typeof property(value, key) === kind ? [] : [`'${key}' is not a ${kind}`])
  return [
    ...wrong('name', 'string'),
    ...wrong('summary', 'string'),
    ...(typeof property(property(value, 'args'), 'safeParse') === 'function' ? [] : ["'args' is not a zod schema"]),
    ...(Array.isArray(property(value, 'examples')) ? [] : ["'examples' is not a list"]),
    ...wrong('check', 'function'),
    ...wrong('plan', 'function'),
  ]
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Reflect.get(value, key)
}
