import { type Change, defineModule, type Failure, fail, fileWritten, linkCreated, quoteArgv, z } from '../runner/module/index.ts'
import { refused } from './_arguments.ts'

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w+/-]*$/, 'expected a name such as Europe/Berlin')
    .describe('The zone, as it is called in /usr/share/zoneinfo.'),
  hwclock: refused('the hardware clock of a server runs in UTC; use command with hwclock'),
})

interface State {
  readonly zone: 'there' | 'missing' | 'unknown'
  /** What /etc/localtime leads to, and what /etc/timezone says; empty where they do not. */
  readonly linked: string
  readonly written: string | undefined
}

const ZONES = '/usr/share/zoneinfo/'

export default defineModule({
  name: 'timezone',
  fqcn: ['community.general.timezone'],
  summary: "Set the host's time zone.",
  description: 'The link /etc/localtime, and /etc/timezone where the host has one. Programs that run go on with the old zone.',
  args: schema,
  returns: z.object({ name: z.string() }),
  examples: [
    {
      name: 'A zone',
      yaml: 'timezone:\n  name: Asia/Shanghai\n',
      lab: { first: 'changed', before: 'apt:\n  name: tzdata\n  update_cache: true\n' },
    },
  ],
  async check(host, { name }): Promise<State | Failure> {
    const [zone, link, file] = await Promise.all([
      host.file(`${ZONES}${name}`, { follow: true }),
      host.file('/etc/localtime'),
      host.file('/etc/timezone', { content: 4096 }),
    ])
    if (zone.type === 'absent')
      return fail(`given timezone "${name}" is not available`, {
        hint: 'install the package tzdata, or look for the name in /usr/share/zoneinfo',
      })
    return {
      zone: zone.type === 'unknown' ? 'unknown' : 'there',
      linked: link.type === 'link' ? (link.target ?? '').replace(/^.*\/zoneinfo\//, '') : '',
      written: file.type === 'file' ? (file.content?.toString('utf8').trim() ?? '') : undefined,
    }
  },
  plan({ linked, written }, { name }): readonly Change[] {
    const link: Change = {
      what: `set the time zone ${name}${linked === '' ? '' : ` (was ${linked})`}`,
      actions: [
        { do: 'script', script: quoteArgv(['ln', '-sfn', `${ZONES}${name}`, '/etc/localtime']), purpose: `set the time zone ${name}` },
      ],
      effects: [linkCreated('/etc/localtime', `${ZONES}${name}`)],
      diff: { beforeName: 'time zone', afterName: 'time zone', before: `${linked}\n`, after: `${name}\n` },
    }
    const file: Change = {
      what: `write ${name} to /etc/timezone`,
      actions: [{ do: 'write', path: '/etc/timezone', content: `${name}\n`, mode: 0o644 }],
      effects: [fileWritten('/etc/timezone', { content: Buffer.from(`${name}\n`) }, { mode: 0o644 })],
    }
    return [...(linked === name ? [] : [link]), ...(written === undefined || written === name ? [] : [file])]
  },
  result: (_state, { name }) => ({ name }),
})
