import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fromJson } from '../../base/value.ts'
import { pythonJson } from '../../report/python-json.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'
import { warnLine } from '../warn-line.ts'
import { installedCollections, installedRoles, isRole, roleVersion } from './installed.ts'

/** The installed collections, place by place, or one of them. */
export function listCollections(
  places: readonly string[],
  { name, format }: { readonly name: string | undefined; readonly format: string },
  io: Io,
): void {
  const found = installedCollections(places).filter((each) => name === undefined || each.name === name)
  const roots = [...new Set(found.map(({ root }) => root))].sort()
  const inPlaces = Object.fromEntries(
    roots.map((root) => [
      root,
      Object.fromEntries(found.filter((each) => each.root === root).map((each) => [each.name, { version: each.version }])),
    ]),
  )
  if (format === 'json') {
    io.stdout.write(`${pythonJson(fromJson(inPlaces))}\n`)
    return
  }
  if (found.length === 0 && !places.some((place) => existsSync(place))) throw unusable('collections')
  const width = Math.max(10, ...found.map((each) => each.name.length))
  const versions = Math.max(7, ...found.map((each) => each.version.length))
  for (const root of roots) {
    if (format === 'yaml') io.stdout.write(`${root}:\n`)
    else
      io.stdout.write(
        `\n# ${root}\n${'Collection'.padEnd(width)} ${'Version'.padEnd(versions)}\n${'-'.repeat(width)} ${'-'.repeat(versions)}\n`,
      )
    for (const each of found.filter((one) => one.root === root))
      io.stdout.write(
        format === 'yaml'
          ? `  ${each.name}:\n    version: ${each.version}\n`
          : `${each.name.padEnd(width)} ${each.version.padEnd(versions)}\n`,
      )
  }
}

/** The installed roles, place by place, or one of them. */
export function listRoles(places: readonly string[], name: string | undefined, io: Io): void {
  const there = places.filter((place) => existsSync(place))
  const found = name === undefined ? undefined : there.find((place) => isRole(join(place, name)))
  if (name !== undefined && found !== undefined) {
    io.stdout.write(`# ${found}\n- ${name}, ${roleVersion(join(found, name)) ?? '(unknown version)'}\n`)
    return
  }
  for (const place of places) {
    if (!there.includes(place)) warnLine(io, `- the configured path ${place} does not exist.`)
    else if (name !== undefined) warnLine(io, `- the role ${name} was not found`)
    else {
      io.stdout.write(`# ${place}\n`)
      for (const each of installedRoles(place)) io.stdout.write(`- ${each.name}, ${each.version ?? '(unknown version)'}\n`)
    }
  }
  if (there.length === 0) throw unusable('roles')
}

function unusable(what: string): UsageError {
  return new UsageError(`- None of the provided paths were usable. Please specify a valid path with --${what}-path`)
}
