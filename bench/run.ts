import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChildResult, run } from '../lab/child.ts'
import { type Ansible, ensureAnsible } from './ansible.ts'
import { interruption, thisMachine } from './machine.ts'
import { measure, median, readRecap, type Sample } from './measure.ts'
import { openTargets, type Targets } from './targets.ts'

/**
 * `npm run bench`: the same playbook, with nothing to change, by us and by ansible-core in turn. Prints medians and
 * writes bench/results.json. `--pairs N`, `--hosts N`, `--only stackrun` (or ansible-core).
 */

const ROOT = join(import.meta.dirname, '..')
const PLAYBOOK = join(import.meta.dirname, 'playbook.yml')
const TASKS = 50

type Runner = (round: number) => Promise<ChildResult>

interface Job {
  readonly targets: Targets
  readonly hosts: number
  readonly pairs: number
  readonly runners: Readonly<Record<string, Runner>>
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { pairs: { type: 'string', default: '3' }, hosts: { type: 'string', default: '20' }, only: { type: 'string' } },
  })
  const hosts = Number(values.hosts)
  const signal = interruption()
  const ansible = values.only === 'stackrun' ? undefined : await ensureAnsible({ signal, say })
  const targets = await openTargets(hosts, signal)
  try {
    const ours: Runner = () =>
      run([join(ROOT, 'run'), PLAYBOOK, '-i', targets.inventory, '--forks', '50'], { signal, timeout: 900, env: environment(targets) })
    const runners: Readonly<Record<string, Runner>> = {
      ...(values.only === 'ansible-core' ? {} : { stackrun: ours }),
      ...(ansible === undefined ? {} : { 'ansible-core': theirs(ansible, targets, signal) }),
    }
    await report({ targets, hosts, pairs: Number(values.pairs), runners })
  } finally {
    await targets.close()
  }
}

/** ansible-core as its users tune it. Each run opens its connections anew, as ours does. */
function theirs(ansible: Ansible, targets: Targets, signal: AbortSignal): Runner {
  return async (round) => {
    const sockets = join(targets.folder, `sockets${String(round)}`)
    await mkdir(sockets)
    const env = {
      ...environment(targets),
      ANSIBLE_PIPELINING: 'True',
      ANSIBLE_FORKS: '50',
      ANSIBLE_HOST_KEY_CHECKING: 'True',
      ANSIBLE_SSH_ARGS: `-o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${targets.knownHosts}`,
      ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
      ANSIBLE_NOCOLOR: '1',
    }
    const folders = [import.meta.dirname, targets.folder]
    return ansible.run(['ansible-playbook', PLAYBOOK, '-i', targets.inventory], {
      signal,
      timeout: 1800,
      env,
      folders,
      cwd: import.meta.dirname,
    })
  }
}

function environment(targets: Targets): NodeJS.ProcessEnv {
  return { HOME: targets.folder, NO_COLOR: '1', CI: 'true' }
}

async function report({ hosts, pairs, runners }: Job): Promise<void> {
  const samples: Record<string, Sample[]> = {}
  // The first run of each converges the hosts; from then on there is nothing to change.
  for (let round = 0; round <= pairs; round += 1) {
    for (const [name, runner] of Object.entries(runners)) {
      const { result, ...sample } = await measure(() => runner(round))
      check(name, result, { hosts, converged: round > 0 })
      say(
        `${round === 0 ? 'converge' : `round ${String(round)}`}  ${name.padEnd(12)} ${sample.wall.toFixed(2)} s wall, ${sample.cpu.toFixed(2)} s cpu`,
      )
      if (round > 0) (samples[name] ??= []).push(sample)
    }
  }
  const results = Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, summary(list, hosts)]))
  const machine = thisMachine()
  await writeFile(
    join(import.meta.dirname, 'results.json'),
    `${JSON.stringify({ hosts, tasks: TASKS, pairs, machine, results, samples }, undefined, 2)}\n`,
  )
  for (const [name, { wall, cpu, cpuPerHostTask }] of Object.entries(results)) {
    say(
      `${name.padEnd(12)} median ${wall.toFixed(2)} s wall, ${cpu.toFixed(2)} s cpu of the controller = ${cpuPerHostTask.toFixed(2)} ms per host and task`,
    )
  }
  const [a, b] = [results['stackrun'], results['ansible-core']]
  if (a !== undefined && b !== undefined) say(`ratio        ${(b.wall / a.wall).toFixed(1)}x wall, ${(b.cpu / a.cpu).toFixed(1)}x cpu`)
}

function summary(samples: readonly Sample[], hosts: number): { wall: number; cpu: number; cpuPerHostTask: number } {
  const cpu = median(samples.map((sample) => sample.cpu))
  return { wall: median(samples.map((sample) => sample.wall)), cpu, cpuPerHostTask: (cpu * 1000) / (hosts * TASKS) }
}

/** A number counts only if the run did what it should: every host, no failure, and after the first time no change. */
function check(name: string, result: ChildResult, { hosts, converged }: { hosts: number; converged: boolean }): void {
  const recap = readRecap(result.stdout)
  if (result.code === 0 && recap.hosts === hosts && recap.bad === 0 && !(converged && recap.changed > 0)) return
  throw new Error(
    `${name} ended with ${String(result.code)}, ${JSON.stringify(recap)}\n${result.stdout.slice(-3000)}\n${result.stderr.slice(-3000)}`,
  )
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

await main()
