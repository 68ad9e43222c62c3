import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { z } from 'zod'
import { secretNames } from '../../runner/cli/secrets-file.ts'
import { loadVarsFile } from '../../runner/load/vars.ts'
import { cloudTests, type Finished, ROOT, recap } from '../_harness/cloud.ts'
import { CHANGES, type Change } from './_changes.ts'
import { FIXED, ROTATED } from './_secrets.ts'
import { onHost, restarted, startsOf } from './_units.ts'

const { serial, lab } = await cloudTests('reconfiguration', '10.82.3')
const HOSTS = ['controller', 'compute']

serial('every secret of the roles is changed here, or is known to be for ever', (t) => {
  t.deepEqual(secretNames([join(ROOT, 'roles')]), [...ROTATED.map(({ name }) => name), FIXED].sort())
})

serial('the cloud is deployed', async (t) => {
  const { code, output } = await run('playbooks/site.yml')
  t.is(code, 0, output)
})

for (const change of CHANGES) {
  serial(`${JSON.stringify(change.vars)} restarts what reads it alone`, async (t) => {
    await writeVars('changes.yml', { ...valuesOf('changes.yml'), ...change.vars })
    await restartsExactly(t, change)
  })
}

for (const secret of ROTATED) {
  serial(`${secret.name} by itself is changed everywhere`, async (t) => {
    const [before, after] = await rotate([secret.name])
    const began = Date.now()
    const { code, output } = await run('playbooks/site.yml', '--tags', secret.tags)
    t.is(code, 0, output)
    t.log(`changed and verified in ${seconds(began)} s`)
    await provesItself(t, secret.probe(after[secret.name] ?? ''), 0)
    await provesItself(t, secret.probe(before[secret.name] ?? ''), 9)
  })
}

serial('all secrets at once are changed everywhere, and the cloud is verified', async (t) => {
  const [before, after] = await rotate(ROTATED.map(({ name }) => name))
  const began = Date.now()
  const { code, output } = await run('playbooks/reconfigure.yml')
  t.is(code, 0, output)
  t.log(`changed and verified in ${seconds(began)} s`)
  for (const { name, probe } of ROTATED) {
    await provesItself(t, probe(after[name] ?? ''), 0)
    await provesItself(t, probe(before[name] ?? ''), 9)
  }
})

serial('a second run after that changes nothing and restarts nothing', async (t) => {
  const before = await startsOf(lab(), HOSTS)
  const began = Date.now()
  const { code, output } = await run('playbooks/site.yml')
  t.is(code, 0, output)
  t.log(`unchanged and verified in ${seconds(began)} s`)
  for (const host of HOSTS) t.is(recap(output, host).changed, 0, output)
  t.deepEqual(restarted(before, await startsOf(lab(), HOSTS)), [])
})

serial('what objects are hashed with is refused, and stays', async (t) => {
  const [before] = await rotate([FIXED])
  const { code, output } = await run('playbooks/site.yml', '--tags', 'swift')
  await writeVars('secrets.yml', before)
  t.is(code, 2, output)
  t.regex(output, /stored with another swift_hash_path_suffix/)
})

async function restartsExactly(t: ExecutionContext, { tags, restarts }: Change): Promise<void> {
  const before = await startsOf(lab(), HOSTS)
  const began = Date.now()
  const { code, output } = await run('playbooks/site.yml', '--tags', tags, '--skip-tags', 'verify')
  t.is(code, 0, output)
  t.log(`in ${seconds(began)} s`)
  t.deepEqual(restarted(before, await startsOf(lab(), HOSTS)), [...restarts].sort())
}

async function provesItself(t: ExecutionContext, script: string, expected: number): Promise<void> {
  const { code, output } = await onHost(lab(), 'controller', script)
  t.is(code, expected, output)
}

/** New values for these secrets, with signs that configuration files and addresses give a meaning to: as they were, and as they are now. */
async function rotate(names: readonly string[]): Promise<readonly [Secrets, Secrets]> {
  const before = z.record(z.string(), z.string()).parse(valuesOf('secrets.yml'))
  const after = { ...before, ...Object.fromEntries(names.map((name) => [name, `new$a%(b@${randomBytes(12).toString('hex')}`])) }
  await writeVars('secrets.yml', after)
  return [before, after]
}

type Secrets = Readonly<Record<string, string>>

/** Those of the lab as it is: it may be one that an earlier run has left. */
function valuesOf(name: string): Readonly<Record<string, unknown>> {
  const file = join(lab().inventory, 'group_vars/all', name)
  return existsSync(file) ? Object.fromEntries([...loadVarsFile(file)].map(([key, { value }]) => [key, value])) : {}
}

async function writeVars(name: string, vars: Readonly<Record<string, unknown>>): Promise<void> {
  await writeFile(join(lab().inventory, 'group_vars/all', name), `${JSON.stringify(vars, undefined, 1)}\n`, { mode: 0o600 })
}

function seconds(began: number): string {
  return ((Date.now() - began) / 1000).toFixed(0)
}

function run(...argv: readonly string[]): Promise<Finished> {
  return lab().run([...argv, '-i', lab().inventory])
}
