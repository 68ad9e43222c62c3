import { args as arg, defineModule, fail, fileWritten, z } from '../runner/module/index.ts'

export default defineModule({
  name: 'hostname',
  summary: "Set the host's name, now and after a reboot.",
  description: 'Writes /etc/hostname and sets the running name. /etc/hosts is left to whoever manages it.',
  args: z.strictObject({
    name: arg.str(),
    use: arg.str().optional().describe('Accepted for compatibility: every Linux host is managed the same way.'),
  }),
  returns: z.object({ name: z.string() }),
  examples: [
    {
      name: 'Name a host',
      yaml: 'hostname:\n  name: "{{ inventory_hostname }}"\n',
      lab: { first: 'changed', before: 'command: hostname elsewhere\n' },
    },
  ],
  async check(host, args) {
    if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(args.name))
      return fail(`${args.name} is no valid host name`, { hint: 'letters, digits, dots and hyphens, 64 at most' })
    const [running, file] = await Promise.all([
      host.probe({
        kind: 'hostname',
        key: 'running',
        script: 'read -r sr_x </proc/sys/kernel/hostname && printf %s "$sr_x"',
        parse: (answer) => answer.text,
      }),
      host.file('/etc/hostname', { content: 4096 }),
    ])
    return { running, stored: file.type === 'file' ? (file.content?.toString('utf8').trim() ?? '') : '' }
  },
  plan(state, { name }) {
    return [
      ...(state.stored === name
        ? []
        : [
            {
              what: `write ${name} to /etc/hostname`,
              actions: [{ do: 'write' as const, path: '/etc/hostname', content: `${name}\n`, mode: 0o644 }],
              effects: [fileWritten('/etc/hostname', { content: Buffer.from(`${name}\n`) }, { mode: 0o644, owner: 'root', group: 'root' })],
              diff: {
                beforeName: '/etc/hostname',
                afterName: '/etc/hostname',
                before: state.stored === '' ? '' : `${state.stored}\n`,
                after: `${name}\n`,
              },
            },
          ]),
      ...(state.running === name
        ? []
        : [
            {
              what: `set the running host name ${name} (was ${state.running})`,
              actions: [{ do: 'run' as const, argv: ['hostname', name] }],
              effects: [{ kind: 'hostname', key: 'running', state: name }],
            },
          ]),
    ]
  },
  result: (_state, { name }) => ({ name }),
})
