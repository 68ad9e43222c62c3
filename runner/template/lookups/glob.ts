import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isFile } from '../../base/paths.ts'

/** The files (not folders) that a shell pattern means, sorted by name. */
export function globFiles(pattern: string): string[] {
  return expand(pattern).filter((path) => isFile(path))
}

function expand(pattern: string): string[] {
  const parts = pattern.split('/')
  let paths = [pattern.startsWith('/') ? '/' : '']
  for (const part of parts.filter((piece) => piece !== '')) paths = paths.flatMap((path) => step(path, part))
  return paths
}

function step(folder: string, part: string): string[] {
  if (!/[*?[]/.test(part)) return [join(folder, part)]
  const wanted = globRegExp(part)
  return names(folder === '' ? '.' : folder)
    .filter((name) => wanted.test(name) && (!name.startsWith('.') || part.startsWith('.')))
    .sort()
    .map((name) => join(folder, name))
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A file name pattern (`*`, `?`, `[a-z]`, `[!a]`) as a regular expression for a whole name. */
export function globRegExp(pattern: string): RegExp {
  const body = pattern.replace(
    /\[(!?)([^\]]+)\]|[*?]|[.+^${}()|\\\]]|\[/g,
    (all: string, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`
      return all === '*' ? '[^/]*' : all === '?' ? '[^/]' : `\\${all}`
    },
  )
  return new RegExp(`^${body}$`)
}
