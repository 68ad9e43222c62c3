import { args as arg, defineModule, fail, z } from '../runner/module/index.ts'
import { planUnit, readUnit, type UnitWish, unitResult } from './_systemd.ts'

const serviceArguments = z.strictObject({
  name: arg.str(),
  state: z.enum(['started', 'stopped', 'restarted', 'reloaded']).optional(),
  enabled: arg.bool().optional(),
  sleep: arg.int().optional().describe('Accepted for compatibility: systemd and init scripts wait by themselves.'),
  pattern: arg.str().optional().describe('Accepted for compatibility: the init system is asked for the state.'),
  runlevel: arg.str().default('default').describe('Accepted for compatibility.'),
  arguments: arg.str().default('').describe('Accepted for compatibility.'),
  use: arg.str().default('auto').describe('Accepted for compatibility: systemd where it runs, else init scripts.'),
})

export default defineModule({
  name: 'service',
  summary: 'Start, stop and enable services, by systemd or init scripts.',
  args: serviceArguments,
  aliases: { args: 'arguments' },
  fqcn: ['ansible.builtin.sysvinit', 'sysvinit'],
  returns: z.object({
    name: z.string(),
    state: z.string().optional(),
    enabled: z.boolean().optional(),
    status: z.record(z.string(), z.string()),
  }),
  examples: [
    {
      name: 'A daemon that runs',
      yaml: 'service:\n  name: cron\n  state: started\n  enabled: true\n',
      lab: { first: 'changed', before: 'command: systemctl disable --now cron\n' },
    },
    { name: 'A restart', yaml: 'service:\n  name: cron\n  state: restarted\n', lab: { first: 'changed', second: 'changed' } },
  ],
  async check(host, args) {
    if (args.state === undefined && args.enabled === undefined) return fail('one of the following is required: state, enabled')
    return readUnit(host, wishOf(args))
  },
  plan: (state, args) => planUnit(state, wishOf(args)),
  result: (state, args) => unitResult(state, wishOf(args)),
})

function wishOf(args: z.output<typeof serviceArguments>): UnitWish {
  return {
    name: args.name,
    state: args.state,
    enabled: args.enabled,
    daemon_reload: false,
    daemon_reexec: false,
    no_block: false,
    force: false,
    scope: 'system',
  }
}
