import {
  type Action,
  args,
  type Change,
  defineModule,
  type Failure,
  type FileState,
  fail,
  fileWritten,
  type Probe,
  quote,
  resource,
  z,
} from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'

const schema = z.strictObject({
  file: args.path().describe('The file behind the loop device.'),
  state: z.enum(['present', 'absent']).default('present').describe('`absent` detaches the device; the file stays.'),
  device: args.path().optional().describe('Which device; left out, any that is free.'),
  size: z
    .union([z.number().int().positive(), z.string().regex(/^\d+([KMGT]i?B?)?$/, 'expected a size, for example 200M')])
    .transform(String)
    .optional()
    .describe('Make the file, sparse, with this size where it does not exist.'),
  offset: args.int().default(0).describe('Bytes to skip at the beginning of the file.'),
  read_only: args.bool().default(false),
})

type Args = z.infer<typeof schema>

interface Loop {
  readonly device: string
  readonly offset: number
  readonly readOnly: boolean
}

interface State {
  readonly path: string
  readonly file: FileState
  readonly loops: readonly Loop[]
}

export default defineModule<Args, State>({
  name: 'losetup',
  summary: 'Ensure that a file is, or is not, behind a loop device.',
  description: 'The device does not outlive a restart of the host; a `mount` with the option `loop` in fstab does.',
  args: schema,
  aliases: { path: 'file', src: 'file' },
  returns: z.object({ device: z.string().optional(), file: z.string() }),
  examples: [
    { name: 'A disk in a file', yaml: 'losetup:\n  file: /var/tmp/disk.img\n  size: 32M\nregister: disk\n', lab: { first: 'changed' } },
    { name: 'Detached', yaml: 'losetup:\n  file: /var/tmp/disk.img\n  state: absent\n', lab: { first: 'changed' } },
  ],
  async check(host, task) {
    const path = await expandPath(host, task.file)
    const [file, loops] = await Promise.all([host.file(path, { follow: true }), host.probe(loopsOf(path))])
    if (task.state === 'present' && file.type === 'absent' && task.size === undefined)
      return fail(`${path} does not exist`, { hint: 'say its size to have it made' })
    return { path, file, loops }
  },
  plan(state, task): readonly Change[] | Failure {
    const wrong = unwanted(state.loops, task).map((loop) => detach(loop, state))
    if (task.state === 'absent' || fitting(state.loops, task) !== undefined) return wrong
    return [...wrong, ...creation(state, task), attach(state, task)]
  },
  result({ path, loops }, task, outcomes) {
    if (task.state === 'absent') return { file: path }
    const made = outcomes.find((outcome) => outcome.id === 'attach')?.stdout.trim()
    const device = made ?? fitting(loops, task)?.device ?? task.device
    return device === undefined || device === '' ? { file: path } : { file: path, device }
  },
})

/** The devices that have the file, which losetup recognises by its inode. */
function loopsOf(path: string): Probe<readonly Loop[]> {
  return {
    kind: 'loop',
    key: path,
    script: `[ ! -e ${quote(path)} ] || losetup -l -n --raw -O NAME,OFFSET,RO -j ${quote(path)}`,
    parse: ({ text }) =>
      text.split('\n').flatMap((line) => {
        const [device = '', offset, readOnly] = line.trim().split(/\s+/)
        return device.startsWith('/dev/') ? [{ device, offset: Number(offset), readOnly: readOnly === '1' }] : []
      }),
  }
}

function fitting(loops: readonly Loop[], task: Args): Loop | undefined {
  return loops.find(
    (loop) => loop.offset === task.offset && loop.readOnly === task.read_only && (task.device === undefined || loop.device === task.device),
  )
}

/** Devices to detach: all of the file with `absent`, else those at the wanted offset that are not as they should be. */
function unwanted(loops: readonly Loop[], task: Args): readonly Loop[] {
  if (task.state === 'absent') return loops.filter((loop) => task.device === undefined || loop.device === task.device)
  if (fitting(loops, task) !== undefined) return []
  return loops.filter((loop) => loop.offset === task.offset)
}

function detach(loop: Loop, state: State): Change {
  const left = state.loops.filter((other) => other !== loop)
  return {
    what: `detach ${loop.device} from ${state.path}`,
    actions: [{ do: 'run', argv: ['losetup', '-d', loop.device] }],
    effects: [resource('loop', state.path, left)],
  }
}

function creation({ path, file }: State, task: Args): readonly Change[] {
  if (file.type !== 'absent' || task.size === undefined) return []
  return [
    {
      what: `create ${path} (${task.size})`,
      actions: [{ do: 'run', argv: ['truncate', '-s', task.size, '--', path] }],
      effects: [fileWritten(path)],
    },
  ]
}

function attach({ path, loops }: State, task: Args): Change {
  const options = [...(task.offset === 0 ? [] : ['-o', String(task.offset)]), ...(task.read_only ? ['-r'] : [])]
  const place = task.device === undefined ? ['--find', '--show', ...options, '--', path] : [...options, '--', task.device, path]
  const action: Action = { do: 'run', id: task.device === undefined ? 'attach' : undefined, argv: ['losetup', ...place] }
  const loop: Loop = { device: task.device ?? '', offset: task.offset, readOnly: task.read_only }
  return {
    what: `attach ${path} to ${task.device ?? 'a loop device'}`,
    actions: [action],
    effects: [resource('loop', path, [...loops.filter((other) => other.offset !== task.offset), loop])],
  }
}
