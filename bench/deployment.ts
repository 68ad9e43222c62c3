import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../lab/child.ts'
import { readTimeline, type Timeline } from '../runner/report/timeline/spans.ts'
import { timelineSvg } from '../runner/report/timeline/svg.ts'
import { timelineTable } from '../runner/report/timeline/table.ts'
import { interruption, thisMachine } from './machine.ts'
import { readRecap } from './measure.ts'

/**
 * `npm run bench:deployment`: an empty lab to a cloud with an instance that answers, and the same again with nothing to do. Prints
 * the phases, writes bench/deployment.json and docs/timeline.svg. Needs root, and half of an hour on a loaded machine.
 */

const ROOT = join(import.meta.dirname, '..')
const NETWORK = '10.79.9'
const SECONDS = 3600

interface Stage {
  readonly seconds: number
  readonly changed: number
  readonly timeline: Timeline
}

async function main(): Promise<void> {
  const signal = interruption()
  const folder = await mkdtemp('/var/tmp/stackrun-bench-')
  const stage = (playbook: string): Promise<Stage> => runStage(playbook, { folder, signal })
  try {
    await cp(join(ROOT, 'inventory'), join(folder, 'inventory'), {
      recursive: true,
      filter: (path) => !path.endsWith('secrets.yml'),
    })
    await command(['lab', 'up'], { folder, signal })
    await publish({ first: await stage('site.yml'), instance: await stage('instance.yml'), second: await stage('site.yml') })
  } finally {
    await command(['lab', 'down', '--all'], { folder, signal: AbortSignal.timeout(120_000) })
    await rm(folder, { recursive: true, force: true })
  }
}

interface Place {
  readonly folder: string
  readonly signal: AbortSignal
}

async function runStage(playbook: string, place: Place): Promise<Stage> {
  const started = performance.now()
  const stdout = await command([join(ROOT, 'playbooks', playbook), '--journal'], place)
  const seconds = (performance.now() - started) / 1000
  const journals = join(place.folder, '.stackrun/journal')
  const file = join(journals, (await readdir(journals)).toSorted().at(-1) ?? '')
  return { seconds, changed: readRecap(stdout).changed, timeline: readTimeline(await readFile(file, 'utf8'), file) }
}

async function command(argv: readonly string[], { folder, signal }: Place): Promise<string> {
  const env = { CI: '1', NO_COLOR: '1', STACKRUN_LAB: join(folder, 'lab'), STACKRUN_LAB_NETWORK: NETWORK }
  const result = await run([join(ROOT, 'run'), ...argv, '-i', join(folder, 'inventory')], { signal, timeout: SECONDS, env, cwd: folder })
  if (result.code !== 0) throw new Error(`run ${argv.join(' ')} ended with ${String(result.code)}\n${result.stdout}\n${result.stderr}`)
  return result.stdout
}

async function publish(stages: Readonly<Record<'first' | 'instance' | 'second', Stage>>): Promise<void> {
  const machine = thisMachine()
  const figures = Object.fromEntries(
    Object.entries(stages).map(([name, { seconds, changed, timeline }]) => [name, { seconds, changed, phases: phases(timeline) }]),
  )
  await writeFile(join(import.meta.dirname, 'deployment.json'), `${JSON.stringify({ machine, ...figures }, undefined, 2)}\n`)
  await writeFile(join(ROOT, 'docs/timeline.svg'), timelineSvg(stages.first.timeline))
  for (const [name, { seconds, changed, timeline }] of Object.entries(stages))
    process.stdout.write(`\n${name}: ${seconds.toFixed(1)} s, ${String(changed)} changed\n${timelineTable(timeline)}`)
}

/** Seconds that each host spent in each role, a play's own tasks under the play's name. */
function phases({ spans, hosts }: Timeline): Readonly<Record<string, Readonly<Record<string, number>>>> {
  return Object.fromEntries(
    hosts.map((host) => {
      const sums = new Map<string, number>()
      for (const { label, from, to } of spans.filter((span) => span.host === host))
        sums.set(label, (sums.get(label) ?? 0) + (to - from) / 1000)
      return [host, Object.fromEntries([...sums].map(([label, seconds]) => [label, Math.round(seconds * 10) / 10]))]
    }),
  )
}

await main()
