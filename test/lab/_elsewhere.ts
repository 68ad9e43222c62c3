/**
 * Modules whose examples a bare host cannot run, by the beginning of their names, and why. A role must use them: the test of the whole
 * deployment (site.test.ts) then runs them. Or a playbook of the cloud's tests does (test/cloud/_files).
 */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  cinder_: 'talks to a running Cinder',
  glance_: 'talks to a running Glance',
  keystone_: 'talks to a running Keystone, or sets one up that is installed',
  neutron_: 'talks to a running Neutron',
  nova_: 'talks to a running Nova',
  openstack_: 'runs the migrations of an installed service',
  swift_container: 'talks to a running Swift',
  swift_object: 'talks to a running Swift',
}
