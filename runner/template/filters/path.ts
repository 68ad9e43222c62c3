import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix } from 'node:path'
import { globFiles } from '../lookups/glob.ts'
import type { Args } from '../runtime/arguments.ts'
import type { Run } from '../runtime/run.ts'
import { str } from '../runtime/text.ts'
import { isValList, Tuple, type Val } from '../runtime/types.ts'
import { iterate, plainText } from '../runtime/values.ts'
import { type FilterTable, textOf, texts } from './define.ts'

/** Python's os.path.dirname: the root keeps its slash, a bare name has none. */
function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1)
  return /^\/+$/.test(head) ? head : head.replace(/\/+$/, '')
}

/** Python's os.path.join: an absolute part starts over. */
export function joinPath(parts: readonly string[]): string {
  return parts.reduce(
    (path, part) => (part.startsWith('/') || path === '' ? part : path.endsWith('/') ? path + part : `${path}/${part}`),
    '',
  )
}

function splitext(path: string): Tuple {
  const base = path.slice(path.lastIndexOf('/') + 1)
  const dot = base.replace(/^\.+/, (dots) => '_'.repeat(dots.length)).lastIndexOf('.')
  const at = dot < 0 ? path.length : path.length - base.length + dot
  return Tuple.make([path.slice(0, at), path.slice(at)])
}

function realpath(path: string): string {
  let known = posix.resolve(path)
  let rest = ''
  while (!existsSync(known) && known !== '/') {
    rest = posix.join(posix.basename(known), rest)
    known = posix.dirname(known)
  }
  return posix.join(realpathSync(known), rest).replace(/(.)\/$/, '$1')
}

function expandUser(path: string, run: Run): string {
  const user = /^~([^/]+)/.exec(path)?.[1]
  if (user === undefined) return path.replace(/^~(?=\/|$)/, run.renderer.host.env['HOME'] ?? homedir())
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`))
  return entry === undefined ? path : (entry.split(':')[5] ?? '') + path.slice(user.length + 1)
}

function expandVars(path: string, run: Run): string {
  return path.replace(/\$(\w+|\{[^}]*\})/g, (all, name: string) => run.renderer.host.env[name.replace(/^\{|\}$/g, '')] ?? all)
}

function pathJoin(input: Val): Val {
  return joinPath(isValList(input) ? iterate(input).map(str) : [textOf(input, 'path_join')])
}

function commonPath(input: Val): Val {
  const paths = iterate(input).map((path) => posix.normalize(str(path)).split('/'))
  const [first = []] = paths
  const shared = first.filter((part, at) =>
    paths.every((path) => first.slice(0, at + 1).every((piece, index) => path[index] === piece) && path[at] === part),
  )
  return shared.join('/') || (plainText(iterate(input)[0] ?? null)?.startsWith('/') === true ? '/' : '')
}

function relpath(input: Val, args: Args): Val {
  return posix.relative(args.text('start', '.'), str(input)) || '.'
}

export const PATHS: FilterTable = [
  texts('basename', [], (input) => str(input).slice(str(input).lastIndexOf('/') + 1)),
  texts('dirname', [], (input) => dirname(str(input))),
  texts('realpath', [], (input) => realpath(str(input))),
  texts('normpath', [], (input) => posix.normalize(str(input)).replace(/(.)\/$/, '$1')),
  texts('expanduser', [], (input, _args, run) => expandUser(str(input), run)),
  texts('expandvars', [], (input, _args, run) => expandVars(str(input), run)),
  texts('relpath', ['start'], relpath),
  texts('splitext', [], (input) => splitext(str(input))),
  texts('path_join', [], pathJoin),
  texts('commonpath', [], commonPath),
  texts('fileglob', [], (input) => globFiles(str(input))),
]
