import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Step } from '../plan/types.ts'

export interface Wanted {
  readonly kind: 'files' | 'templates' | 'vars' | 'tasks'
  readonly name: string
  readonly step: Pick<Step, 'role' | 'file' | 'parents'> | undefined
  readonly playbookDir: string
}

/** The places where a relative name may be, in ansible's order: the role, the files that led here, the playbook. */
export function candidates(wanted: Wanted): readonly string[] {
  const { kind, name, step, playbookDir } = wanted
  if (isAbsolute(name)) return [name]
  const home = name.startsWith('~/') ? [join(homedir(), name.slice(2))] : []
  const bases = [
    ...(step?.role === undefined ? [] : [step.role.path]),
    ...[step?.file, ...(step?.parents ?? [])].filter((file) => file !== undefined).map((file) => dirname(file)),
    playbookDir,
  ]
  const places = bases.flatMap((base) => [join(base, kind, name), join(base, name)])
  return [...new Set([...home, ...places].map((place) => resolve(place)))]
}

export function findLocal(places: readonly string[]): string | undefined {
  return places.find((place) => existsSync(place))
}
