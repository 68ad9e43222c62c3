import type { ExecutionContext } from 'ava'
import { cloudTests, recap } from '../_harness/cloud.ts'
import { comparePrediction } from './_prediction.ts'

const { serial, lab } = await cloudTests('the deployment', '10.79.3')

let foretold = ''

serial('a check of an empty lab walks the whole deployment', async (t) => {
  const { code, stdout, output } = await run('playbooks/site.yml', '--check', '--output', 'json')
  t.is(code, 0, output)
  foretold = stdout
})

serial('the deployment ends well, verifies itself, and does what the check foretold', async (t) => {
  const { code, stdout, output } = await run('playbooks/site.yml', '--output', 'json')
  t.is(code, 0, output)
  t.regex(output, /"name":"keystone : See joe refused to list the users"/)
  const compared = comparePrediction(foretold, stdout)
  t.log(
    `${String(compared.hostTasks)} host-tasks: ${String(compared.predicted)} foretold changed, ${String(compared.changed)} changed, ` +
      `${String(compared.wrong.length)} foretold wrongly, ${String(compared.unknown.length)} unknown`,
  )
  for (const row of compared.unknown) t.log(`unknown: ${row}`)
  t.true(compared.changed > 0)
  t.deepEqual(compared.wrong, [])
})

serial('a second deployment changes nothing', changesNothing)

serial('hosts that restart come back as they were, and verification alone works too', async (t) => {
  const restarted = await run('adhoc', 'openstack', '-m', 'reboot')
  t.is(restarted.code, 0, restarted.output)
  const { code, output } = await run('playbooks/verify.yml')
  t.is(code, 0, output)
  await changesNothing(t)
})

async function changesNothing(t: ExecutionContext): Promise<void> {
  const { code, output } = await run('playbooks/site.yml')
  t.is(code, 0, output)
  t.is(recap(output, 'controller').changed, 0, output)
  t.is(recap(output, 'compute').changed, 0, output)
}

function run(...argv: readonly string[]): ReturnType<ReturnType<typeof lab>['run']> {
  return lab().run([...argv, '-i', lab().inventory])
}
