import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ChildResult, run } from '../lab/child.ts'
import { type Ansible, ensureAnsible } from './ansible.ts'
import { interruption, thisMachine } from './machine.ts'
import { measure, median, type Sample } from './measure.ts'

/**
 * `npm run bench:engine`: what the engine itself costs, without any host: compiling a playbook of 5,000 tasks, skipping 10,000
 * host-tasks, and the memory that 300 hosts with 2,000 tasks take. Medians of `--rounds` (3), as ratios to ansible-core unless
 * `--only stackrun`; writes bench/engine.json.
 */

const PROGRAM = join(import.meta.dirname, '../dist/runner/cli/bin.js')

interface Playbook {
  readonly hosts: number
  readonly tasks: number
  readonly words: readonly string[]
  /** Where ansible-core would take too long: so many hosts and tasks, and the figures for each host-task compared. */
  readonly theirs?: { readonly hosts: number; readonly tasks: number }
}

const PLAYBOOKS = {
  'compile 5,000 tasks': { hosts: 1, tasks: 5000, words: ['--syntax-check'] },
  'skip 10,000 host-tasks': { hosts: 100, tasks: 100, words: [], theirs: { hosts: 25, tasks: 40 } },
} as const satisfies Readonly<Record<string, Playbook>>

interface Place {
  readonly folder: string
  readonly signal: AbortSignal
}

type Runner = (argv: readonly string[], place: Place) => Promise<ChildResult>

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, only: { type: 'string' } } })
  const signal = interruption()
  const runners: Record<string, Runner> = { stackrun: ours }
  if (values.only !== 'stackrun') runners['ansible-core'] = theirs(await ensureAnsible({ signal, say }))
  const place = { folder: await mkdtemp(join(tmpdir(), 'stackrun-engine-')), signal }
  try {
    const figures: Record<string, unknown> = {}
    for (const [name, playbook] of Object.entries(PLAYBOOKS))
      figures[name] = await compare(name, playbook, { runners, place, rounds: Number(values.rounds) })
    figures['300 hosts, 2,000 tasks'] = await memory(place)
    const machine = thisMachine()
    await writeFile(join(import.meta.dirname, 'engine.json'), `${JSON.stringify({ machine, ...figures }, undefined, 2)}\n`)
  } finally {
    await rm(place.folder, { recursive: true, force: true })
  }
}

const ENVIRONMENT = { NO_COLOR: '1', ANSIBLE_NOCOLOR: '1', ANSIBLE_FORKS: '50' }

const ours: Runner = (argv, { folder, signal }) =>
  run([process.execPath, PROGRAM, ...argv], { signal, timeout: 600, cwd: folder, env: { ...ENVIRONMENT, HOME: folder } })

function theirs(ansible: Ansible): Runner {
  return (argv, { folder, signal }) =>
    ansible.run(['ansible-playbook', ...argv], {
      signal,
      timeout: 3600,
      cwd: folder,
      folders: [folder],
      env: { ...ENVIRONMENT, HOME: folder },
    })
}

interface Comparison {
  readonly runners: Readonly<Record<string, Runner>>
  readonly place: Place
  readonly rounds: number
}

/** CPU and wall seconds of each program in turn, start-up and the playbook's first task taken off. */
async function compare(name: string, playbook: Playbook, { runners, place, rounds }: Comparison): Promise<unknown> {
  const samples: Record<string, Sample[]> = {}
  for (let round = 0; round < rounds; round += 1)
    for (const [who, runner] of Object.entries(runners)) (samples[who] ??= []).push(await net(sizedFor(who, playbook), runner, place))
  const medians = Object.fromEntries(
    Object.entries(samples).map(([who, list]) => [
      who,
      { ...sizeOf(sizedFor(who, playbook)), wall: median(list.map(({ wall }) => wall)), cpu: median(list.map(({ cpu }) => cpu)) },
    ]),
  )
  for (const [who, { hosts, tasks, wall, cpu }] of Object.entries(medians))
    say(
      `${name.padEnd(24)} ${who.padEnd(13)} ${cpu.toFixed(2)} s cpu, ${wall.toFixed(2)} s wall for ${String(hosts * tasks)} = ${((cpu / hosts / tasks) * 1e6).toFixed(1)} microseconds of cpu each`,
    )
  const ratio = ratioOf(medians)
  if (ratio !== undefined) say(`${name.padEnd(24)} ansible-core takes ${ratio.toFixed(0)} times the cpu for each`)
  return { ...medians, ...(ratio === undefined ? {} : { ratio }) }
}

interface Figures {
  readonly hosts: number
  readonly tasks: number
  readonly cpu: number
}

/** CPU for each host-task, ansible-core's over ours. */
function ratioOf(medians: Readonly<Record<string, Figures>>): number | undefined {
  const [ours, theirs] = [medians['stackrun'], medians['ansible-core']]
  if (ours === undefined || theirs === undefined) return undefined
  return theirs.cpu / theirs.hosts / theirs.tasks / (ours.cpu / ours.hosts / ours.tasks)
}

function sizedFor(who: string, playbook: Playbook): Playbook {
  return who === 'stackrun' ? playbook : { ...playbook, ...playbook.theirs }
}

function sizeOf({ hosts, tasks }: Playbook): Pick<Playbook, 'hosts' | 'tasks'> {
  return { hosts, tasks }
}

async function net(playbook: Playbook, runner: Runner, place: Place): Promise<Sample> {
  await write(playbook, place)
  const whole = await checked(() => runner(['play.yml', '-i', 'hosts.ini', ...playbook.words], place))
  const base = await checked(() => runner(['one.yml', '-i', 'hosts.ini', ...playbook.words], place))
  return { wall: whole.wall - base.wall, cpu: whole.cpu - base.cpu }
}

async function checked(work: () => Promise<ChildResult>): Promise<Sample> {
  const { result, ...sample } = await measure(work)
  if (result.code !== 0) throw new Error(`ended with ${String(result.code)}\n${result.stdout.slice(-2000)}\n${result.stderr.slice(-2000)}`)
  return sample
}

async function write({ hosts, tasks }: Pick<Playbook, 'hosts' | 'tasks'>, { folder }: Place): Promise<void> {
  const inventory = Array.from({ length: hosts }, (_, n) => `h${String(n)} ansible_host=192.0.2.1\n`)
  await writeFile(join(folder, 'hosts.ini'), `[all]\n${inventory.join('')}`)
  await writeFile(join(folder, 'play.yml'), play(tasks))
  await writeFile(join(folder, 'one.yml'), play(1))
}

/** Tasks as people write them: a name with a variable, arguments with templates, a condition. All are skipped. */
function play(tasks: number): string {
  const task = (n: number): string =>
    [
      `    - name: Write part ${String(n)} on {{ inventory_hostname }}`,
      '      ansible.builtin.copy:',
      `        dest: /etc/app/part${String(n)}.conf`,
      `        content: "value = {{ greeting }} ${String(n)}"`,
      '        mode: "0644"',
      '      when: wanted',
    ].join('\n')
  const head = '- hosts: all\n  gather_facts: false\n  vars: {wanted: false, greeting: hello}\n  tasks:\n'
  return `${head}${Array.from({ length: tasks }, (_, n) => task(n)).join('\n')}\n`
}

/** The most memory that our process held, in megabytes, and what a skipped host-task costs over a long run. */
async function memory(place: Place): Promise<unknown> {
  const [hosts, tasks] = [300, 2000]
  await write({ hosts, tasks }, place)
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, peakOfChildren())
  }, 100)
  const { cpu } = await checked(() => ours(['play.yml', '-i', 'hosts.ini'], place)).finally(() => {
    clearInterval(timer)
  })
  say(
    `300 hosts, 2,000 tasks   stackrun      ${peak.toFixed(0)} MB at most, ${((cpu / (hosts * tasks)) * 1e6).toFixed(1)} microseconds of cpu each`,
  )
  return { peakMegabytes: peak, cpu }
}

/** The kernel keeps the most that a process held (`VmHWM`). */
function peakOfChildren(): number {
  try {
    const children = readFileSync(`/proc/self/task/${String(process.pid)}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
    const peaks = children.map((pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0))
    return Math.max(0, ...peaks) / 1024
  } catch {
    return 0
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

await main()
