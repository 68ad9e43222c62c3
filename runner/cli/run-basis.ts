import { createHmac, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RunBasis } from '../base/event.ts'
import { isFolder } from '../base/paths.ts'
import { toPlain, type Value } from '../base/value.ts'
import { TASK_LAYERS, type VarLayer, type VarMap } from '../load/layer.ts'
import type { Play, Step } from '../plan/types.ts'
import type { Job, Loaded } from './job.ts'

/** What a run rests on, for a later one to compare. Digests are keyed: the journal alone tells nothing of what they were made of. */
export function runBasis(job: Job, loaded: Loaded, folder: string): RunBasis {
  const key = keyIn(folder)
  const digest = (text: string | Buffer): string => createHmac('sha256', key).update(text).digest('hex').slice(0, 20)
  return { choices: choicesOf(job, loaded, digest), variables: variablesOf(loaded, digest), files: filesOf(loaded.plan.plays, digest) }
}

type Digest = (text: string | Buffer) => string

function keyIn(folder: string): Buffer {
  const file = join(dirname(folder), 'journal.key')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (statSync(file, { throwIfNoEntry: false }) === undefined) writeFileSync(file, randomBytes(32), { mode: 0o600 })
  return readFileSync(file)
}

function choicesOf({ choices }: Job, { inventory, project }: Loaded, digest: Digest): RunBasis['choices'] {
  const { selection, limit, checkMode } = choices
  const groups = inventory.groups.map((group) => [group, inventory.hostsOf(group)])
  const given = {
    'the hosts and groups of the inventory': groups,
    'extra variables (-e)': entriesOf(project.extraVars),
    '--limit': limit ?? null,
    '--tags': selection.tags,
    '--skip-tags': selection.skipTags,
    '--start-at-task': selection.startAtTask ?? null,
    '--check': checkMode,
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, digest(JSON.stringify(value))]))
}

function entriesOf(vars: VarMap): readonly unknown[] {
  return [...vars].map(([name, entry]) => [name, revealed(() => entry.value)]).sort()
}

/** What is encrypted and cannot be opened counts as it is. */
function revealed(value: () => Value): unknown {
  try {
    return toPlain(value(), 'reveal')
  } catch {
    return null
  }
}

/** Those that stand with a task belong to the task. */
function variablesOf({ plan, inventory }: Loaded, digest: Digest): RunBasis['variables'] {
  const byFile = new Map<string, Map<string, unknown>>()
  const seen = new Set<VarMap>()
  const add = ({ layer, vars }: VarLayer): void => {
    if (TASK_LAYERS.has(layer) || seen.has(vars)) return
    seen.add(vars)
    for (const [name, entry] of vars) {
      const path = entry.source?.file.path ?? layer
      const known = byFile.get(path) ?? new Map<string, unknown>()
      byFile.set(path, known)
      known.set(
        `${layer} ${name}`,
        revealed(() => entry.value),
      )
    }
  }
  for (const host of inventory.hosts) for (const layer of inventory.layersOf(host)) add(layer)
  for (const play of plan.plays) {
    add({ layer: 'play vars', vars: play.vars })
    for (const layer of play.roleLayers) add(layer)
    for (const step of stepsOf(play)) for (const layer of step.layers) add(layer)
  }
  return Object.fromEntries([...byFile].map(([path, vars]) => [path, digest(JSON.stringify([...vars].sort(byName)))]))
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function stepsOf(play: Play): readonly Step[] {
  const below = (step: Step): readonly Step[] =>
    step.kind === 'block' ? [step, ...[...step.block, ...step.rescue, ...step.always].flatMap(below)] : [step]
  return [...play.sections.flatMap(({ steps }) => steps), ...play.handlers.map(({ step }) => step)].flatMap(below)
}

const BIG = 1024 * 1024

function filesOf(plays: readonly Play[], digest: Digest): RunBasis['files'] {
  const bases = new Set(plays.flatMap((play) => [play.playbookDir, ...play.roles.map(({ path }) => path)]))
  const paths = [...bases].flatMap((base) => ['files', 'templates'].flatMap((kind) => filesBelow(join(base, kind))))
  return Object.fromEntries(
    paths.map((path) => {
      const { size, mtimeMs } = statSync(path)
      return [path, size > BIG ? digest(`${String(size)} ${String(mtimeMs)}`) : digest(readFileSync(path))]
    }),
  )
}

function filesBelow(folder: string): readonly string[] {
  if (!isFolder(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
