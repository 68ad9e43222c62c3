import { setTimeout as sleep } from 'node:timers/promises'
import { cloudTests, type Finished, recap } from '../_harness/cloud.ts'
import { killLater, Progress, randomNumbers } from './_kill.ts'
import { differences, migrate, PREPARED, placesOf, SERVICES, schema } from './_migrations.ts'
import { onHost } from './_units.ts'

const { serial, lab } = await cloudTests('runs that are cut short', '10.81.3')

/** With the same seed the runs are killed after the same times. */
const SEED = Number(process.env['STACKRUN_KILL_SEED'] ?? Date.now() % 1_000_000)
const KILLS = Number(process.env['STACKRUN_KILLS'] ?? 10)
/** Of what is new in a run before it is killed; about a tenth of a deployment. */
const MEAN_SECONDS = Number(process.env['STACKRUN_KILL_SECONDS'] ?? 30)

serial('a deployment that is killed ten times and run once more is whole, and verifies itself', async (t) => {
  const random = randomNumbers(SEED)
  log(`STACKRUN_KILL_SEED=${String(SEED)}`)
  let killed = 0
  for (let turn = 1; turn <= KILLS; turn += 1) {
    const seconds = random() * 2 * MEAN_SECONDS
    const progress = new Progress()
    const started = Date.now()
    const { code } = await killLater(deploy(progress), progress, seconds)
    log(`kill ${String(turn)} after ${since(started)} (${seconds.toFixed(1)} s of news): ${String(progress)}`)
    for (const warning of progress.warnings) log(`  ${warning}`)
    t.deepEqual(progress.failures, [])
    if (code === 'killed') killed += 1
  }
  t.true(killed >= KILLS / 2, `only ${String(killed)} runs were killed before their end: set STACKRUN_KILL_SECONDS lower`)
  await converge(t)
})

serial('after that nothing is left to change', leavesNothing)

serial('hosts that die while they are configured are whole after the next run', async (t) => {
  t.is((await lab().run(['lab', 'down', '-i', lab().inventory])).code, 0)
  for (const death of DEATHS) await die(t, death)
  await converge(t)
  await leavesNothing(t)
})

/** It is the last one: what the databases hold is gone. */
serial('a migration that died after any of its statements is made whole by the next run', async (t) => {
  const random = randomNumbers(SEED)
  await onController(t, PREPARED)
  for (const service of SERVICES) {
    const said = await onController(t, migrate(service, 0))
    const wanted = await onController(t, schema(service))
    t.true(wanted.includes(' PRIMARY KEY '), wanted)
    for (const last of placesOf(said, random)) {
      const { code, output } = await onHost(lab(), 'controller', migrate(service, last))
      t.not(code, 0, output)
      log(`${service} dies after ${String(output.match(/^statement .*$/gm)?.at(-1))}`)
      await syncSchema(t, service)
      t.is(recap(await syncSchema(t, service), 'controller').changed, 0)
      t.deepEqual(differences(await onController(t, schema(service)), wanted), [])
    }
  }
})

async function onController(t: Asserts, script: string): Promise<string> {
  const { code, stdout, output } = await onHost(lab(), 'controller', script)
  t.is(code, 0, output)
  return stdout
}

async function syncSchema(t: Asserts, service: string): Promise<string> {
  const { code, output } = await lab().run([
    ...`adhoc controller -b -m openstack_db_sync -a service=${service} -i`.split(' '),
    lab().inventory,
  ])
  t.is(code, 0, output)
  return output
}

/** Where a death does most, seconds after the task has begun: packages half unpacked, a schema half way, services configured and not restarted. */
const DEATHS = [
  { host: 'compute', task: /^openstack : Install the packages/, after: 20 },
  { host: 'controller', task: /^nova : Bring the schema of the cells/, after: 5 },
  { host: 'controller', task: /^network : Bring the schema/, after: 3 },
  { host: 'controller', task: /^network : (Restart|Ask)/, after: 1 },
  { host: 'compute', task: /^network : Configure/, after: 0 },
] as const

async function die(t: Asserts, { host, task, after }: (typeof DEATHS)[number]): Promise<void> {
  const up = await lab().run(['lab', 'up', '-i', lab().inventory])
  t.is(up.code, 0, up.output)
  const init = await initOf(host)
  const progress = new Progress()
  const running = deploy(progress)
  const came = progress.until(() => task.test(progress.at.get(host) ?? '')).then(() => true)
  const ended = running.finished.then(() => false)
  t.true(await Promise.race([came, ended]), `${host} never came to ${String(task)}: ${progress.failures.join('\n')}`)
  const started = Date.now()
  await Promise.race([sleep(after * 1000), running.finished])
  process.kill(init, 'SIGKILL') // with which the kernel kills the rest
  log(`${host} dies ${since(started)} after ${String(task)} had begun: ${String(progress)}`)
  await Promise.race([progress.until(() => progress.unreachable.has(host)), running.finished])
  running.kill()
  t.deepEqual([...progress.unreachable], [host], progress.failures.join('\n'))
}

async function initOf(host: string): Promise<number> {
  const { stdout } = await lab().run(['lab', 'status', host, '-i', lab().inventory])
  const pid = Number(new RegExp(`^${host} .* up +(\\d+)`, 'm').exec(stdout)?.[1])
  if (!(pid > 1)) throw new Error(`no process of ${host} in: ${stdout}`)
  return pid
}

interface Asserts {
  true(actual: boolean, message?: string): unknown
  is(actual: unknown, expected: unknown, message?: string): unknown
  deepEqual(actual: unknown, expected: unknown, message?: string): unknown
}

async function leavesNothing(t: Asserts): Promise<void> {
  const { code, output } = await lab().run(['playbooks/site.yml', '-i', lab().inventory])
  t.is(code, 0, output)
  for (const host of ['controller', 'compute']) t.is(recap(output, host).changed, 0, output)
}

async function converge(t: Asserts): Promise<void> {
  const progress = new Progress()
  const started = Date.now()
  const { code, output } = await deploy(progress).finished
  log(`to the end in ${since(started)}: ${String(progress)}`)
  for (const warning of progress.warnings) log(`  ${warning}`)
  t.deepEqual(progress.failures, [])
  t.is(code, 0, output.slice(-2000))
}

function deploy(progress: Progress): { readonly finished: Promise<Finished>; kill(): void } {
  return lab().start(['playbooks/site.yml', '--output', 'json', '-i', lab().inventory], (line) => {
    progress.read(line)
  })
}

function since(started: number): string {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`
}

/** At once, for a test of many minutes. */
function log(text: string): void {
  process.stderr.write(`${text}\n`)
}
