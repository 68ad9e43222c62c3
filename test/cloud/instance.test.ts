import type { ExecutionContext } from 'ava'
import { quote } from '../../runner/base/quote.ts'
import { cloudTests } from '../_harness/cloud.ts'
import { onHost } from './_units.ts'

const { serial, lab } = await cloudTests('what an instance reaches', '10.82.3')

/** Of the controller: as the instances' way out, and among the nodes. */
const ADDRESSES = ['192.168.100.1', '10.82.3.11'] as const
/** What memcached is asked. */
const VERSION = String.raw`version\r\nquit\r\n`

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
  for (const address of ADDRESSES) t.regex(await answer(t, inInstance(`printf 'nobody\\r\\n' | nc -w 20 ${address} 22`)), /^SSH-2\.0/)
})

serial('memcached answers the controller, and no instance', async (t) => {
  for (const address of ADDRESSES) {
    const own = `bash -c 'exec 3<>/dev/tcp/${address}/11211; printf "${VERSION}" >&3; cat <&3'`
    t.regex(await answer(t, own), /^VERSION/)
    t.is(await answer(t, inInstance(`{ ${asksMemcached(address)}; } 2>/dev/null || echo nothing`)), 'nothing\n')
  }
})

serial('without the rule of the bridge, memcached would answer instances', async (t) => {
  const rule = (await answer(t, "iptables -w -S INPUT | grep -- '-i br100 .*11211'")).trim()
  await answer(t, `iptables -w ${rule.replace(/^-A/, '-D')}`)
  const answers = await onHost(lab(), 'controller', inInstance(asksMemcached(ADDRESSES[0])))
  await answer(t, `iptables -w ${rule.replace(/^-A/, '-I')}`)
  t.regex(answers.stdout, /^VERSION/, answers.output)
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

function asksMemcached(address: string): string {
  return `printf '${VERSION}' | nc -w 20 ${address} 11211`
}

async function answer(t: ExecutionContext, script: string): Promise<string> {
  const { code, stdout, output } = await onHost(lab(), 'controller', script)
  t.is(code, 0, output)
  return stdout
}
