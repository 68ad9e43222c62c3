import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { located, RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { isList, record, type Value } from '../base/value.ts'
import type { VarEntry, VarMap } from '../load/layer.ts'
import type { Decrypt } from '../load/source-file.ts'
import { createScope, loadVarsFile, NO_VARS } from '../load/vars.ts'
import type { Play } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import type { PlayRun, RunContext } from './context.ts'
import { decryptOf } from './options.ts'
import { stepScope } from './scope.ts'

/** What a play's own keywords (`hosts`, `serial`, `name`) may use: its variables, `-e` and the groups. */
export function playScope(run: RunContext, play: Play, prompted: VarMap = NO_VARS): Scope {
  const { inventory, extraVars } = run.options
  const groups = record(inventory.groups.map((name) => [name, inventory.hostsOf(name) ?? []] as const))
  return createScope([
    { layer: 'play vars', vars: play.vars },
    { layer: 'vars_prompt', vars: prompted },
    { layer: 'extra vars', vars: extraVars },
    {
      layer: 'magic variable',
      vars: new Map<string, VarEntry>([
        ['groups', { value: groups }],
        ['playbook_dir', { value: play.playbookDir }],
      ]),
    },
  ])
}

/** `vars_files` of each host: names may be templates; a list means the first that exists; an undefined name is skipped. */
export function playVarsFiles(play: PlayRun): ReadonlyMap<string, VarMap> {
  const all = new Map<string, VarMap>()
  if (play.play.varsFiles.length === 0) return all
  const loaded = new Map<string, VarMap>()
  for (const host of play.batch) {
    const vars = new Map<string, VarEntry>()
    const scope = stepScope(play, host, undefined)
    for (const node of play.play.varsFiles) {
      const file = firstFile(
        play,
        scope,
        node.value,
        () => new RunnerError('not-found', `vars file ${JSON.stringify(node.value)} was not found`, { source: node.source }),
      )
      if (file === undefined) {
        if (node.value !== null) play.run.warn('skipping vars_files item due to an undefined variable', node.source)
        continue
      }
      const known = loaded.get(file) ?? varsFileAt(file, node.source, decryptOf(play.run.options))
      loaded.set(file, known)
      for (const [name, entry] of known) vars.set(name, entry)
    }
    all.set(host.name, vars)
  }
  return all
}

/** An error that has no place in the file itself, such as a wrong vault password, has that of the entry. */
function varsFileAt(file: string, source: Source, decrypt: Decrypt | undefined): VarMap {
  try {
    return loadVarsFile(file, { decrypt })
  } catch (error) {
    throw located(error, source)
  }
}

function firstFile(play: PlayRun, scope: Scope, value: Value, missing: () => RunnerError): string | undefined {
  const names = isList(value) ? value : [value]
  let undefinedName = false
  for (const item of names) {
    try {
      const name = play.run.options.engine.render(item, scope)
      if (typeof name !== 'string') continue
      const places = isAbsolute(name) ? [name] : [join(play.play.playbookDir, 'vars', name), join(play.play.playbookDir, name)]
      const found = places.find((place) => existsSync(place))
      if (found !== undefined) return found
    } catch (error) {
      if (!(error instanceof RunnerError) || error.code !== 'undefined') throw error
      undefinedName = true
    }
  }
  if (undefinedName || value === null) return undefined
  throw missing()
}
