import { args as arg, defineModule, fail, z } from '../runner/module/index.ts'
import { planUnit, readUnit, unitResult } from './_systemd.ts'

export default defineModule({
  name: 'systemd',
  summary: 'Start, stop, enable and mask systemd units.',
  description: 'Re-reading unit files (`daemon_reload`) happens before anything else and does not count as a change.',
  fqcn: ['ansible.builtin.systemd_service', 'systemd_service'],
  args: z.strictObject({
    name: arg.str().optional().describe('Unit; `.service` may be left out.'),
    state: z.enum(['started', 'stopped', 'restarted', 'reloaded']).optional(),
    enabled: arg.bool().optional(),
    masked: arg.bool().optional(),
    daemon_reload: arg.bool().default(false),
    daemon_reexec: arg.bool().default(false),
    no_block: arg.bool().default(false).describe('Do not wait for the job to end.'),
    force: arg.bool().default(false).describe('Replace links of other units when enabling.'),
    scope: z.enum(['system', 'user', 'global']).default('system'),
  }),
  aliases: { service: 'name', unit: 'name', 'daemon-reload': 'daemon_reload', 'daemon-reexec': 'daemon_reexec' },
  returns: z.object({
    name: z.string().nullable(),
    state: z.string().optional(),
    enabled: z.boolean().optional(),
    status: z.record(z.string(), z.string()),
  }),
  examples: [
    {
      name: 'A daemon that runs now and after a reboot',
      yaml: 'systemd:\n  name: cron\n  state: started\n  enabled: true\n',
      lab: { first: 'changed', before: 'command: systemctl disable --now cron\n' },
    },
    {
      name: 'Restart after a new unit file',
      yaml: 'systemd:\n  name: cron\n  state: restarted\n  daemon_reload: true\n',
      lab: { first: 'changed', second: 'changed' },
    },
    { name: 'Only read the unit files again', yaml: 'systemd:\n  daemon_reload: true\n', lab: { first: 'ok', second: 'ok' } },
  ],
  async check(host, args) {
    const wishes = [args.state, args.enabled, args.masked].some((value) => value !== undefined)
    if (!wishes && !args.daemon_reload && !args.daemon_reexec)
      return fail('one of the following is required: state, enabled, masked, daemon_reload, daemon_reexec')
    if (wishes && args.name === undefined) return fail('state, enabled and masked need the name of a unit')
    const unit = await readUnit(host, args)
    if ('systemd' in unit && !unit.systemd && (args.masked !== undefined || args.scope !== 'system'))
      return fail('this host does not run systemd', { hint: 'masked and scope work with systemd only' })
    return unit
  },
  plan: planUnit,
  result: unitResult,
})
