import { args as arg, type Change, defineModule, fileWritten, type Probe, quote, resource, z } from '../runner/module/index.ts'

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]+$/, 'expected the name of a kernel module')
    .describe('The kernel module.'),
  state: z.enum(['present', 'absent']).default('present').describe('Loaded now, or not.'),
  params: arg.str().default('').describe('Its parameters, `numdummies=2 …`; they count when it is loaded.'),
  persistent: z
    .enum(['disabled', 'present', 'absent'])
    .default('disabled')
    .describe(
      'Whether it is loaded at each start of the host: /etc/modules-load.d/NAME.conf and /etc/modprobe.d/NAME.conf. `disabled` leaves that alone.',
    ),
})

type Args = z.output<typeof schema>

interface State {
  readonly loaded: boolean
  /** Files that load the module at start, and files with options for it. */
  readonly loading: readonly string[]
  readonly options: readonly { readonly path: string; readonly params: string }[]
}

export default defineModule<Args, State>({
  name: 'modprobe',
  fqcn: ['community.general.modprobe'],
  summary: 'Ensure that a kernel module is loaded, now and at each start.',
  args: schema,
  returns: z.object({ name: z.string(), params: z.string(), state: z.string() }),
  examples: [
    { name: 'Not loaded', yaml: 'modprobe:\n  name: floppy\n  state: absent\n', lab: { first: 'ok' } },
    {
      name: 'Loaded, at each start too',
      yaml: 'modprobe:\n  name: dummy\n  params: numdummies=2\n  persistent: present\n',
      lab: { first: 'changed', kernel: 'kernel modules' },
    },
    {
      name: 'Neither now nor at a start',
      yaml: 'modprobe:\n  name: dummy\n  state: absent\n  persistent: absent\n',
      lab: { first: 'changed', kernel: 'kernel modules' },
    },
  ],
  check: (host, task) => host.probe(moduleProbe(task.name)),
  plan: (state, task) => [...now(state, task), ...atStart(state, task)],
  result: (_state, task) => ({ name: task.name, params: task.params, state: task.state }),
})

function now({ loaded, ...rest }: State, task: Args): readonly Change[] {
  const wanted = task.state === 'present'
  if (loaded === wanted) return []
  const params = task.params.split(/\s+/).filter((word) => word !== '')
  return [
    {
      what: `${wanted ? 'load' : 'unload'} the kernel module ${task.name}`,
      actions: [{ do: 'run', argv: wanted ? ['modprobe', task.name, ...params] : ['modprobe', '-r', task.name] }],
      effects: [resource('kernel_module', task.name, { ...rest, loaded: wanted })],
    },
  ]
}

function atStart(state: State, task: Args): readonly Change[] {
  const { name, params, persistent } = task
  const loaded = task.state === 'present'
  if (persistent === 'disabled') return []
  if (persistent === 'absent') return removal(state, task)
  const wrong = params !== '' && !(state.options.length === 1 && state.options[0]?.params === params)
  const after = {
    loaded,
    loading: [`/etc/modules-load.d/${name}.conf`],
    options: params === '' ? [] : [{ path: `/etc/modprobe.d/${name}.conf`, params }],
  }
  return [
    ...(state.loading.length > 0 ? [] : [writing(`/etc/modules-load.d/${name}.conf`, `${name}\n`, { task, after })]),
    ...(wrong ? [writing(`/etc/modprobe.d/${name}.conf`, `options ${name} ${params}\n`, { task, after })] : []),
  ]
}

function writing(path: string, text: string, { task, after }: { readonly task: Args; readonly after: State }): Change {
  return {
    what: `write ${path}`,
    actions: [{ do: 'write', path, content: text, mode: 0o644 }],
    effects: [fileWritten(path, { content: Buffer.from(text) }, { mode: 0o644 }), resource('kernel_module', task.name, after)],
    diff: { beforeName: path, afterName: path, before: '', after: text },
  }
}

/** Lines are commented out, as the module of Ansible does. */
function removal({ loading, options }: State, task: Args): readonly Change[] {
  const paths = [...new Set([...loading, ...options.map(({ path }) => path)])]
  if (paths.length === 0) return []
  const name = task.name.replaceAll(/[-_]/g, '[-_]')
  const script = `s/^[[:space:]]*((options[[:space:]]+)?${name}([[:space:]].*)?)$/#\\1/`
  return [
    {
      what: `load ${task.name} at no start (${paths.join(', ')})`,
      actions: [{ do: 'run', argv: ['sed', '-i', '-E', script, ...paths] }],
      effects: [resource('kernel_module', task.name, { loaded: task.state === 'present', loading: [], options: [] })],
    },
  ]
}

/** What is built into the kernel is loaded. Hyphens and underscores are one thing to the kernel. */
function moduleProbe(name: string): Probe<State> {
  const pattern = name.replaceAll(/[-_]/g, '[-_]')
  return {
    kind: 'kernel_module',
    key: name,
    script: [
      `grep -q ${quote(`^${pattern.replaceAll('[-_]', '_')} `)} /proc/modules && echo loaded`,
      `grep -q ${quote(`/${pattern}\\.ko`)} "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null && echo loaded`,
      `grep -lE ${quote(`^[[:space:]]*${pattern}[[:space:]]*$`)} /etc/modules-load.d/*.conf 2>/dev/null | sed 's/^/load /'`,
      `grep -E ${quote(`^[[:space:]]*options[[:space:]]+${pattern}([[:space:]]|$)`)} /etc/modprobe.d/*.conf /dev/null 2>/dev/null`,
      ':',
    ].join('\n'),
    parse({ text }) {
      const lines = text.split('\n')
      return {
        loaded: lines.includes('loaded'),
        loading: lines.filter((line) => line.startsWith('load ')).map((line) => line.slice(5)),
        options: lines.flatMap((line) => {
          const [, path, params = ''] = /^(\/[^:]+):\s*options\s+\S+\s*(.*)$/.exec(line) ?? []
          return path === undefined ? [] : [{ path, params: params.trim() }]
        }),
      }
    },
  }
}
