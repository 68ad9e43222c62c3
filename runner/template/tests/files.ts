import { lstatSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { aliases, type TestTable } from './define.ts'

function stat(value: Val): ReturnType<typeof statSync> | undefined {
  return statSync(str(value), { throwIfNoEntry: false })
}

function isMount(path: string): boolean {
  const here = lstatSync(path, { throwIfNoEntry: false })
  if (here === undefined || here.isSymbolicLink()) return false
  const above = lstatSync(join(path, '..'))
  return here.dev !== above.dev || here.ino === above.ino
}

function sameFile(value: Val, other: Val): boolean {
  const a = stat(value)
  const b = stat(other)
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/** Tests of paths on the controller. */
export const FILES: TestTable = [
  ...aliases(['exists', 'is_exists'], [], (value) => stat(value) !== undefined),
  ...aliases(['link_exists'], [], (value) => lstatSync(str(value), { throwIfNoEntry: false }) !== undefined),
  ...aliases(['file', 'is_file'], [], (value) => stat(value)?.isFile() === true),
  ...aliases(['directory', 'is_dir'], [], (value) => stat(value)?.isDirectory() === true),
  ...aliases(['link', 'is_link'], [], (value) => lstatSync(str(value), { throwIfNoEntry: false })?.isSymbolicLink() === true),
  ...aliases(['mount', 'is_mount'], [], (value) => isMount(str(value))),
  ...aliases(['abs', 'is_abs'], [], (value) => isAbsolute(str(value))),
  ...aliases(['same_file', 'is_same_file'], ['path'], (value, args) => sameFile(value, args.need('path'))),
]
