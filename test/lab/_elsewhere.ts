/** Modules whose examples a bare host cannot run, and why. Each must be used by what `playbooks/site.yml` deploys, which has a test of its own. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  keystone_bootstrap: 'makes the first login of an installed Keystone',
  keystone_endpoint: 'talks to a running Keystone',
  keystone_project: 'talks to a running Keystone',
  keystone_role: 'talks to a running Keystone',
  keystone_role_assignment: 'talks to a running Keystone',
  keystone_service: 'talks to a running Keystone',
  keystone_user: 'talks to a running Keystone',
  openstack_db_sync: 'runs the migrations of an installed service',
}
