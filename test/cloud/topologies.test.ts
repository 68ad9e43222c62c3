import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { cloudTests, type Finished, ROOT, recap } from '../_harness/cloud.ts'
import { changedTasks } from './_changed.ts'

const { serial, lab } = await cloudTests('the topologies', '10.84.3')

serial('one host can be everything', async (t) => {
  await copyFile(join(ROOT, 'examples/topologies/all-in-one.yml'), hostsFile())
  await passes(t, 'first deployment', 'playbooks/site.yml')
  const again = await passes(t, 'second deployment', 'playbooks/site.yml')
  t.is(recap(again.output, 'cloud').changed, 0, again.output)
  await passes(t, 'an instance with a volume', 'playbooks/instance.yml')
})

serial('where nothing can keep volumes, the prechecks say why and what to do', async (t) => {
  const { code, output } = await run('playbooks/prechecks.yml', '-e', '{"cinder_nfs_shares": []}')
  t.is(code, 2, output)
  t.regex(output, /Nothing can keep volumes here\. LVM cannot: .*(device-mapper|\/dev\/mapper\/control)/)
  t.regex(output, /cinder_nfs_shares: \["server:\/path"\]/)
  const without = await run('playbooks/prechecks.yml', '-e', '{"cinder_nfs_shares": []}', '--skip-tags', 'cinder')
  t.is(without.code, 0, without.output)
})

serial('a controller and a compute node are the default', async (t) => {
  await lab().run(['lab', 'down', '-i', lab().inventory])
  await copyFile(join(ROOT, 'inventory/hosts.yml'), hostsFile())
  await passes(t, 'first deployment', 'playbooks/site.yml')
})

serial('a run that is limited to the compute nodes changes nothing', async (t) => {
  const { output } = await passes(t, 'limited to the group compute', 'playbooks/site.yml', '--limit', 'compute')
  t.is(recap(output, 'compute').changed, 0, output)
  t.is(recap(output, 'controller').changed, Number.NaN, output)
})

serial('a compute node and storage nodes are added by running the site again', async (t) => {
  await writeFile(hostsFile(), growing(await readFile(join(ROOT, 'examples/topologies/storage-nodes.yml'), 'utf8')))
  const { output } = await passes(t, 'with three more nodes', 'playbooks/site.yml', '--output', 'json')
  for (const host of ['controller', 'compute']) t.log(`changed on ${host}: ${changedTasks(output, host).join('; ')}`)
  t.deepEqual(changedTasks(output, 'compute'), ['common : Write the addresses of the nodes'])
  t.deepEqual(changedTasks(output, 'controller'), [
    'common : Write the addresses of the nodes',
    'swift : Bring the rings in line with the devices',
    'swift : Note what the rings are made of',
    'swift : Configure the expirer of objects',
    'swift : Restart the expirer',
  ])
  const again = await passes(t, 'the same again', 'playbooks/site.yml')
  for (const host of ['controller', 'compute', 'compute2', 'storage1', 'storage2'])
    t.is(recap(again.output, host).changed, 0, `${host}\n${again.output}`)
})

serial('an instance boots on the second compute node', async (t) => {
  await service(t, 'compute', 'disabled')
  await passes(t, 'an instance with a volume', 'playbooks/instance.yml', '-e', 'instance_keep=true')
  const refused = await run('playbooks/remove-compute.yml', '--limit', 'compute2', '-e', 'remove_compute_confirm=yes')
  t.is(refused.code, 2, refused.output)
  t.regex(refused.output, /compute2 still has instances: cirros/)
  await service(t, 'compute', 'enabled')
  await service(t, 'compute2', 'enabled')
  await passes(t, 'the same instance, removed', 'playbooks/instance.yml')
})

serial('the controller gives its objects to the storage nodes', async (t) => {
  await copyFile(join(ROOT, 'examples/topologies/storage-nodes.yml'), hostsFile())
  await passes(t, 'the controller keeps no objects', 'playbooks/site.yml')
})

serial('objects are not left behind on devices that all go at once', async (t) => {
  await copyFile(join(ROOT, 'inventory/hosts.yml'), hostsFile())
  const { code, output } = await run('playbooks/site.yml', '--limit', 'controller', '--tags', 'swift', '--check')
  await copyFile(join(ROOT, 'examples/topologies/storage-nodes.yml'), hostsFile())
  t.is(code, 2, output)
  t.regex(output, /no device of \/etc\/swift\/account\.builder would stay/)
})

serial('a playbook adds one compute node, and one takes it away', async (t) => {
  const nodes = await readFile(hostsFile(), 'utf8')
  await writeFile(
    hostsFile(),
    nodes.replace('    storage:\n', '        compute3:\n          ansible_host: "{{ stackrun_lab_network }}.14"\n    storage:\n'),
  )
  const { output } = await passes(t, 'one more compute node', 'playbooks/add-compute.yml', '--limit', 'compute3', '--output', 'json')
  t.deepEqual(changedTasks(output, 'controller'), [])
  t.true(changedTasks(output, 'compute3').includes('nova : Let the scheduler know the host'), output)
  const again = await passes(t, 'the same again', 'playbooks/add-compute.yml', '--limit', 'compute3')
  t.is(recap(again.output, 'compute3').changed, 0, again.output)
  const known = await lab().run(['lab', 'ssh', 'compute', '-i', lab().inventory, 'getent hosts compute3'])
  t.regex(known.output, /10\.84\.3\.14\s+compute3/)
  await passes(t, 'all of it verified', 'playbooks/verify.yml')
  await passes(t, 'one compute node less', 'playbooks/remove-compute.yml', '--limit', 'compute3', '-e', 'remove_compute_confirm=yes')
  await writeFile(hostsFile(), nodes)
  await passes(t, 'its host destroyed', 'lab', 'down', 'compute3')
  await passes(t, 'the others verified', 'playbooks/verify.yml')
})

function hostsFile(): string {
  return join(lab().inventory, 'hosts.yml')
}

/** The controller keeps objects until the storage nodes have them. */
function growing(nodes: string): string {
  return nodes.replace(/(\n {8}storage2:\n.*\n)/, '$1        controller:\n')
}

async function service(t: ExecutionContext, host: string, state: 'enabled' | 'disabled'): Promise<void> {
  const file = join(lab().folder, 'service.yml')
  const login = '{auth_url: "http://controller:5000/v3", username: admin, password: "{{ keystone_admin_password }}", project_name: admin}'
  const task = `{name: Set it, nova_service: {host: ${host}, state: ${state}, auth: ${login}}}`
  await writeFile(file, `- {hosts: controller, gather_facts: false, tasks: [${task}]}\n`)
  await passes(t, `nova-compute of ${host} ${state}`, file)
}

async function passes(t: ExecutionContext, what: string, ...argv: readonly string[]): Promise<Finished> {
  const begun = Date.now()
  const finished = await run(...argv)
  t.log(`${what}: ${String(Math.round((Date.now() - begun) / 1000))} s`)
  t.is(finished.code, 0, finished.output)
  return finished
}

function run(...argv: readonly string[]): Promise<Finished> {
  return lab().run([...argv, '-i', lab().inventory])
}
