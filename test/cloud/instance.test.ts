import type { ExecutionContext } from 'ava'
import { quote } from '../../runner/base/quote.ts'
import { cloudTests } from '../_harness/cloud.ts'
import { onHost } from './_units.ts'

const { serial, lab } = await cloudTests('what an instance reaches', '10.82.3')

/** memcached takes it for two questions; what knows other words answers, too, and hangs up. */
const NONSENSE = String.raw`version\r\nquit\r\n`
/** The controller has two addresses: as the instances' way out, and among the nodes. */
const CONTROLLER = ['192.168.100.1', '10.82.3.11'] as const
/** What asks nobody for a password, and how it answers nonsense: memcached, a storage server, the console of the instance. */
const CLOSED = [
  ...CONTROLLER.map((address) => ({ address, port: 11211, answers: /^VERSION/ })),
  { address: CONTROLLER[1], port: 6200, answers: /^HTTP\/1\.1 400/ },
  { address: '10.82.3.12', port: 5900, answers: /^RFB/ },
] as const

serial('the cloud is deployed, with an instance that stays', async (t) => {
  for (const argv of [
    ['playbooks/site.yml', '--skip-tags', 'verify'],
    ['playbooks/instance.yml', '-e', 'instance_keep=true', '-e', 'instance_volume='],
  ]) {
    const { code, output } = await lab().run([...argv, '-i', lab().inventory])
    t.is(code, 0, output)
  }
})

serial('an instance reaches its metadata', async (t) => {
  t.regex(await answer(t, inInstance('wget -q -O - http://169.254.169.254/latest/meta-data/hostname')), /^cirros/)
})

serial('an instance reaches the controller, by both of its addresses', async (t) => {
  for (const address of CONTROLLER) t.regex(await answer(t, inInstance(asks(address, 22))), /^SSH-2\.0/)
})

for (const { address, port, answers } of CLOSED) {
  serial(`port ${String(port)} of ${address} answers the controller, and no instance`, async (t) => {
    const own = `bash -c 'exec 3<>/dev/tcp/${address}/${String(port)}; printf "${NONSENSE}" >&3; cat <&3' 2>/dev/null || true`
    t.regex(await answer(t, own), answers)
    t.is(await answer(t, inInstance(asks(address, port))), '')
  })
}

serial('without its rule a port would answer instances, and a change of the list puts the rule back', async (t) => {
  await answer(t, 'iptables -w -F closed-ports')
  for (const { address, port, answers } of CLOSED) t.regex(await answer(t, inInstance(asks(address, port))), answers)
  const ports = JSON.stringify({ network_closed_ports: ['11211', '6200:6202', '873', '5900:5999', '5901'] })
  const { code, output } = await lab().run(['playbooks/site.yml', '--tags', 'network', '-e', ports, '-i', lab().inventory])
  t.is(code, 0, output)
  for (const { address, port } of CLOSED) t.is(await answer(t, inInstance(asks(address, port))), '')
})

serial('the instance is removed', async (t) => {
  const { code, output } = await lab().run(['playbooks/instance.yml', '-e', 'instance_volume=', '-i', lab().inventory])
  t.is(code, 0, output)
})

/** A script for the controller that has root of the instance run another. */
function inInstance(script: string): string {
  return `address=$(. /root/keystonerc_joe; openstack server show cirros -f json -c addresses | grep -oE '192\\.168\\.100\\.[0-9]+' | head -n 1)
ssh -i /root/.ssh/id_instance -oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oLogLevel=ERROR -oConnectTimeout=60 "root@$address" ${quote(script)}`
}

function asks(address: string, port: number): string {
  return `printf '${NONSENSE}' | nc -w 20 ${address} ${String(port)} 2>/dev/null || true`
}

async function answer(t: ExecutionContext, script: string): Promise<string> {
  const { code, stdout, output } = await onHost(lab(), 'controller', script)
  t.is(code, 0, output)
  return stdout
}
