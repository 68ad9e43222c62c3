import {
  args as arg,
  type Change,
  defineModule,
  type Failure,
  fail,
  type ModuleContext,
  quote,
  type ReadOnlyHost,
  z,
} from '../runner/module/index.ts'

const schema = z.strictObject({
  pre_reboot_delay: arg.float().default(0).describe('Seconds to wait before.'),
  post_reboot_delay: arg.float().default(0).describe('Seconds to wait when the host is back.'),
  reboot_timeout: arg.float().default(600).describe('Seconds for the host to come back.'),
  connect_timeout: arg
    .float()
    .optional()
    .describe('Seconds for one try to connect; by default those of the connection (`ansible_timeout`).'),
  test_command: z.string().default('whoami').describe('Must succeed on the host that is back.'),
  msg: z.string().default('Reboot initiated by Ansible').describe('What users of the host are told.'),
  boot_time_command: z.string().default('cat /proc/sys/kernel/random/boot_id').describe('Prints something else after a restart.'),
  reboot_command: z.string().optional().describe('Instead of `shutdown -r now`.'),
  search_paths: arg
    .list(arg.path())
    .default(['/sbin', '/bin', '/usr/sbin', '/usr/bin', '/usr/local/sbin'])
    .describe('Where shutdown is looked for.'),
})

type Args = z.output<typeof schema>

export default defineModule<Args, string>({
  name: 'reboot',
  summary: 'Restart the host and wait until it is back.',
  description: 'The host is back when a new connection stands, the host has started anew, and the test command succeeds.',
  args: schema,
  aliases: {
    pre_reboot_delay_sec: 'pre_reboot_delay',
    post_reboot_delay_sec: 'post_reboot_delay',
    reboot_timeout_sec: 'reboot_timeout',
    connect_timeout_sec: 'connect_timeout',
  },
  returns: z.object({ rebooted: z.boolean(), elapsed: z.number() }),
  examples: [{ name: 'A restart', yaml: 'reboot:\n  reboot_timeout: 1800\n', lab: { first: 'changed', second: 'changed' } }],
  check: readBoot,
  plan: (boot, task): readonly Change[] => [
    {
      what: 'restart the host',
      actions: [
        {
          do: 'reconnect',
          id: 'reboot',
          leave: leaveScript(task),
          delay: 1000,
          timeout: task.reboot_timeout * 1000,
          interval: 1000,
          connectTimeout: task.connect_timeout === undefined ? undefined : task.connect_timeout * 1000,
          script: backScript(task),
          unlike: boot,
          purpose: 'restart the host',
        },
        ...(task.post_reboot_delay > 0 ? [{ do: 'run' as const, argv: ['sleep', String(task.post_reboot_delay)] }] : []),
      ],
    },
  ],
  result(_boot, _task, outcomes) {
    const outcome = outcomes.find((one) => one.id === 'reboot')
    return { rebooted: outcome?.ok ?? false, elapsed: outcome === undefined ? 0 : Math.round((outcome.end - outcome.start) / 1000) }
  },
})

/** What tells this start of the host from the next one. */
async function readBoot(host: ReadOnlyHost, task: Args, context: ModuleContext): Promise<string | Failure> {
  if (context.connection === 'local') return fail('Running reboot with local connection would reboot the control node.')
  const answer = await host.probe({
    kind: 'boot',
    key: task.boot_time_command,
    script: `( ${task.boot_time_command}\n)`,
    parse: ({ rc, text, stderr }) => ({ rc, text, stderr }),
  })
  return answer.rc === 0 ? answer.text : fail(`the boot time command failed: ${answer.stderr.trim()}`, { data: { rc: answer.rc } })
}

function leaveScript(task: Args): string {
  const wait = task.pre_reboot_delay > 0 ? `sr_sleep ${String(task.pre_reboot_delay)} ${String(Math.ceil(task.pre_reboot_delay))}; ` : ''
  const paths = `PATH=${quote(task.search_paths.join(':'))}:$PATH`
  return `${wait}( ${task.reboot_command ?? `${paths}; if sr_has shutdown; then shutdown -r now ${quote(task.msg)}; else reboot; fi`}\n)`
}

/** The test command's output is not the answer. */
function backScript(task: Args): string {
  return `( ${task.test_command}\n) >/dev/null && ( ${task.boot_time_command}\n)`
}
