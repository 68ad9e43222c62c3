import { cp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { z } from 'zod'
import { cloudTests, type Finished, ROOT } from '../_harness/cloud.ts'
import { onHost } from './_units.ts'

const { serial, lab } = await cloudTests('the modules of OpenStack', '10.82.3')

serial('the cloud is deployed', async (t) => {
  const { code, output } = await run('playbooks/site.yml', '--skip-tags', 'verify')
  t.is(code, 0, output)
})

/** Asked by OpenStack's own client. */
const LOOK = `. /root/keystonerc_admin; export OS_CLIENT_CONFIG_FILE=/dev/null
ask() { openstack "$@" 2>/dev/null || echo none; }
ask domain show guests -f value -c description
ask group show --domain guests visitors -f value -c description
(. /root/keystonerc_joe; ask security group show web -f value -c description)
ask quota show services -f value -c cores -c instances -c ports`

serial('what is missing is made', inFourTurns, 'made', /^Some\nSome\nSome\n-1\n50\n50\n$/)
serial('what differs is changed', inFourTurns, 'changed', /^Others\nOthers\nOthers\n-1\n60\n60\n$/)
serial('what is to go is taken away, and the limits are those of all projects', inFourTurns, 'gone', /^none\nnone\nnone\n20\n10\n500\n$/)

/** Foretold, done, foretold to be done, and nothing left to do. */
async function inFourTurns(t: ExecutionContext, stage: string, look: RegExp): Promise<void> {
  const turns: (readonly string[])[] = []
  for (const flags of [['--check'], [], ['--check'], []]) {
    const { code, stdout, output } = await play(stage, flags)
    t.is(code, 0, output)
    turns.push(statuses(stdout))
  }
  const all = (status: string): readonly string[] => Array.from({ length: 5 }, () => status)
  t.deepEqual(turns, [all('changed'), all('changed'), all('ok'), all('ok')])
  const { stdout } = await onHost(lab(), 'controller', LOOK)
  t.regex(stdout, look)
}

async function play(stage: string, flags: readonly string[]): Promise<Finished> {
  const playbook = join(lab().folder, 'openstack-modules.yml')
  await cp(join(import.meta.dirname, '_files/openstack-modules.yml'), playbook)
  await symlink(join(ROOT, 'roles'), join(lab().folder, 'roles')).catch(() => undefined)
  return run(playbook, '-e', `stage=${stage}`, '--output', 'json', ...flags)
}

const EVENT = z.looseObject({ type: z.string() })
const RESULT = z.looseObject({ task: z.looseObject({ action: z.string() }), result: z.looseObject({ status: z.string() }) })

function statuses(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    const event: unknown = JSON.parse(line)
    if (EVENT.parse(event).type !== 'host-task-result') return []
    const { task, result } = RESULT.parse(event)
    return /^(keystone|neutron|nova)_/.test(task.action) && result.status !== 'skipped' ? [result.status] : []
  })
}

function run(...argv: readonly string[]): Promise<Finished> {
  return lab().run([...argv, '-i', lab().inventory])
}
