import test from 'ava'
import { FRESH_CLOUD } from '../../modules/_keystone.ts'
import keystoneDomain from '../../modules/keystone_domain.ts'
import keystoneGroup from '../../modules/keystone_group.ts'
import keystoneProject from '../../modules/keystone_project.ts'
import network from '../../modules/neutron_network.ts'
import networkQuota from '../../modules/neutron_quota.ts'
import group from '../../modules/neutron_security_group.ts'
import rule from '../../modules/neutron_security_group_rule.ts'
import subnet from '../../modules/neutron_subnet.ts'
import flavor from '../../modules/nova_flavor.ts'
import keypair from '../../modules/nova_keypair.ts'
import quota from '../../modules/nova_quota.ts'
import server from '../../modules/nova_server.ts'
import services from '../../modules/nova_service_info.ts'
import { resource } from '../../runner/host/effects.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { type ModuleRun, runModule } from '../_harness/module.ts'

/** A cloud of which nothing answers: all that is known of it is what earlier tasks of this check run foretold. */
function freshCloud(): Prediction {
  const prediction = new Prediction()
  prediction.apply([FRESH_CLOUD, resource('glance_image', 'cirros', { exists: true, data: { name: 'cirros' } }, 'run')])
  return prediction
}

const AUTH = { auth: { auth_url: 'http://127.0.0.1:9/v3', username: 'joe', password: 'pw', project_name: 'trial' } }

type Step = (prediction: Prediction) => Promise<ModuleRun>

const STEPS: Readonly<Record<string, Step>> = {
  domain: (prediction) => runModule(keystoneDomain, { ...AUTH, name: 'guests' }, { check: true, prediction }),
  'group of users': (prediction) => runModule(keystoneGroup, { ...AUTH, name: 'ops', domain: 'guests' }, { check: true, prediction }),
  project: (prediction) => runModule(keystoneProject, { ...AUTH, name: 'trial' }, { check: true, prediction }),
  'compute limits': (prediction) => runModule(quota, { ...AUTH, project: 'trial', cores: 8 }, { check: true, prediction }),
  'network limits': (prediction) => runModule(networkQuota, { ...AUTH, project: 'trial', port: 8 }, { check: true, prediction }),
  network: (prediction) =>
    runModule(network, { ...AUTH, name: 'lan', shared: true, provider_network_type: 'flat' }, { check: true, prediction }),
  subnet: (prediction) =>
    runModule(
      subnet,
      { ...AUTH, name: 'lan4', network: 'lan', cidr: '10.0.0.0/24', dns_nameservers: ['10.0.0.2'] },
      { check: true, prediction },
    ),
  'security group': (prediction) => runModule(group, { ...AUTH, name: 'web', description: 'HTTP' }, { check: true, prediction }),
  rule: (prediction) =>
    runModule(
      rule,
      { ...AUTH, security_group: 'web', protocol: 'tcp', port_range_min: 80, port_range_max: 80, remote_group: 'default' },
      { check: true, prediction },
    ),
  'rule of the group that every project has': (prediction) =>
    runModule(rule, { ...AUTH, security_group: 'default', protocol: 'icmp' }, { check: true, prediction }),
  flavor: (prediction) =>
    runModule(flavor, { ...AUTH, name: 'tiny', ram: 64, vcpus: 1, disk: 1, extra_specs: { 'hw:x': 1 } }, { check: true, prediction }),
  'key pair': (prediction) => runModule(keypair, { ...AUTH, name: 'joe', public_key: 'ssh-ed25519 AAAA' }, { check: true, prediction }),
  server: (prediction) =>
    runModule(
      server,
      { ...AUTH, name: 'vm1', image: 'cirros', flavor: 'tiny', network: 'lan', key_name: 'joe' },
      { check: true, prediction },
    ),
  'stopped server': (prediction) => runModule(server, { ...AUTH, name: 'vm1', state: 'stopped' }, { check: true, prediction }),
}

test('in check mode each thing of a cloud that is not there yet is made once, and then it is as it should be', async (t) => {
  const prediction = freshCloud()
  for (const [name, step] of Object.entries(STEPS)) {
    const first = await step(prediction)
    t.is(first.status, 'changed', `${name}: ${first.failure ?? first.status}`)
    const second = await step(prediction)
    t.is(second.status, 'ok', `${name} again: ${second.failure ?? second.changes.map(({ what }) => what).join(', ')}`)
  }
})

test('in check mode what is foretold to be removed is gone', async (t) => {
  const prediction = freshCloud()
  const options = { check: true, prediction }
  await runModule(network, { ...AUTH, name: 'lan' }, options)
  t.is((await runModule(network, { ...AUTH, name: 'lan', state: 'absent' }, options)).status, 'changed')
  t.is((await runModule(network, { ...AUTH, name: 'lan', state: 'absent' }, options)).status, 'ok')
  t.regex(
    (await runModule(subnet, { ...AUTH, name: 's', network: 'lan', cidr: '10.0.0.0/24' }, options)).failure ?? '',
    /there is no network lan/,
  )
})

test('in check mode the services of a cloud that is not there yet are unknown', async (t) => {
  t.is((await runModule(services, AUTH, { check: true, prediction: freshCloud() })).status, 'unknown')
})
