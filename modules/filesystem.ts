import type { Failure } from '../runner/module/index.ts'
import {
  args as arg,
  type Change,
  defineModule,
  type FileState,
  fail,
  type ReadOnlyHost,
  resource,
  UnknownState,
  unknownAfter,
  z,
} from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { type Held, heldProbe, KINDS, type Kind, type KindName, kindOf, type Sizes, sizesProbe } from './_filesystem.ts'
import { requireProgram } from './_program.ts'
import { splitWords } from './_shlex.ts'

const NAMES = Object.keys(KINDS).filter((name): name is KindName => name in KINDS)

const schema = z
  .strictObject({
    dev: arg.path().describe('The block device, or a file with the image of one.'),
    fstype: z.enum(NAMES).optional().describe('Type of the filesystem; needed with `state: present`.'),
    opts: z.string().optional().describe('Options for the program that makes it.'),
    force: arg
      .bool()
      .default(false)
      .describe('Make it although the device holds something already. Data are lost, each time the task runs.'),
    resizefs: arg.bool().default(false).describe('Grow the filesystem to the size of its device: ext2, ext3, ext4, xfs, btrfs, lvm.'),
    uuid: arg.str().optional().describe('UUID of the filesystem, or what its program takes for one (`random`, `clear`).'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` wipes the signatures off the device.'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.state === 'present' && task.fstype === undefined) refuse('state is present but all of the following are missing: fstype')
    if (task.resizefs && task.uuid !== undefined) refuse('parameters are mutually exclusive: resizefs|uuid')
    if (task.opts !== undefined && splitWords(task.opts) === undefined) refuse('the quotes of opts are not balanced')
    if (task.state === 'absent' || task.fstype === undefined) return
    const kind = kindOf(task.fstype)
    if (task.uuid !== undefined && kind.setUuid === undefined)
      refuse(`module does not support UUID option for this filesystem (${task.fstype}) yet.`)
    if (task.resizefs && kind.growth === undefined) refuse(`module does not support resizing ${task.fstype} filesystem yet`)
  })

type Args = z.output<typeof schema>

interface State {
  readonly dev: string
  readonly file: FileState
  readonly held: Held
  readonly sizes: Sizes | undefined
}

const EMPTY: Held = { type: '', uuid: '' }

export default defineModule<Args, State>({
  name: 'filesystem',
  fqcn: ['community.general.filesystem', 'community.general.system.filesystem'],
  summary: 'Make a filesystem on a device or in an image file.',
  description: [
    'A device that holds a filesystem is left alone: of the wanted type it is in order, of another the task fails unless `force`.',
    'A UUID that the filesystem has already is no change.',
  ].join(' '),
  args: schema,
  aliases: { device: 'dev', type: 'fstype' },
  returns: z.object({ msg: z.string().optional() }),
  examples: [
    {
      name: 'A filesystem in a file',
      yaml: 'filesystem:\n  dev: /var/tmp/fs.img\n  fstype: ext4\n  opts: -L data -m 0\n',
      lab: { first: 'changed', second: 'ok', before: 'command:\n  cmd: truncate -s 20M /var/tmp/fs.img\n  creates: /var/tmp/fs.img\n' },
    },
    {
      name: 'Grown to its device',
      yaml: 'filesystem:\n  dev: /var/tmp/grow.img\n  fstype: ext4\n  resizefs: true\n',
      lab: {
        first: 'changed',
        second: 'ok',
        before:
          'shell:\n  cmd: cd /var/tmp && truncate -s 8M grow.img && mkfs.ext4 -q grow.img && truncate -s 16M grow.img\n  creates: /var/tmp/grow.img\n',
      },
    },
    {
      name: 'Nothing on it',
      yaml: 'filesystem:\n  dev: /var/tmp/none.img\n  state: absent\n',
      lab: { first: 'ok', second: 'ok' },
    },
  ],
  check: readFilesystem,
  plan: planFilesystem,
  result(state, task) {
    const fits = state.sizes !== undefined && holds(state, task) && !isSmall(state.sizes)
    return fits ? { msg: `${task.fstype ?? ''} filesystem is using the whole device ${state.dev}` } : {}
  },
})

async function readFilesystem(host: ReadOnlyHost, task: Args): Promise<State | Failure> {
  const dev = await expandPath(host, task.dev)
  const kind = task.fstype === undefined ? undefined : kindOf(task.fstype)
  const growth = task.resizefs ? kind?.growth : undefined
  const [file, held, sizes, missing] = await Promise.all([
    host.file(dev, { follow: true }),
    host.probe(heldProbe(dev)),
    growth === undefined ? undefined : host.probe(sizesProbe(dev, growth)),
    task.state === 'absent' ? requireProgram(host, 'wipefs', 'install the package util-linux') : toolOf(host, kind),
  ])
  if (file.type === 'unknown') throw new UnknownState(file.reason)
  if (file.type === 'absent') return task.state === 'absent' ? { dev, file, held: EMPTY, sizes } : fail(`Device ${dev} not found.`)
  return missing ?? { dev, file, held, sizes }
}

async function toolOf(host: ReadOnlyHost, kind: Kind | undefined): Promise<Failure | undefined> {
  const program = kind?.maker[0]
  return kind === undefined || program === undefined ? undefined : requireProgram(host, program, `install the package ${kind.package}`)
}

function planFilesystem(state: State, task: Args): readonly Change[] | Failure {
  const { dev, held } = state
  if (task.state === 'absent' || task.fstype === undefined) return held.type === '' ? [] : [wiping(state)]
  const same = holds(state, task)
  if (same && task.resizefs) return growing(state, task.fstype)
  if (same && task.uuid !== undefined) return naming(state, { fstype: task.fstype, uuid: task.uuid })
  if (same && !task.force) return []
  if (held.type !== '' && !task.force)
    return fail(`'${dev}' is already used as ${held.type}, use force=true to overwrite`, { data: { rc: 0, err: '' } })
  return [making(state, task, task.fstype)]
}

function holds({ held }: State, task: Args): boolean {
  return task.fstype !== undefined && held.type === kindOf(task.fstype).blkid
}

function making({ dev }: State, task: Args, fstype: KindName): Change {
  const kind = kindOf(fstype)
  const options = splitWords(task.opts ?? '') ?? []
  // What opts say about the UUID comes later and counts.
  const uuid = task.uuid === undefined ? [] : (kind.withUuid?.(task.uuid) ?? [])
  return {
    what: `format ${dev} as ${fstype}`,
    actions: [{ do: 'run', argv: [...kind.maker, ...uuid, ...options, dev], env: { LC_ALL: 'C' } }],
    effects: [resource('filesystem', dev, { type: kind.blkid, uuid: task.uuid ?? '' })],
  }
}

function wiping({ dev, held }: State): Change {
  return {
    what: `wipe the ${held.type} signature off ${dev}`,
    actions: [{ do: 'run', argv: ['wipefs', '--all', '--quiet', dev], env: { LC_ALL: 'C' } }],
    effects: [resource('filesystem', dev, EMPTY)],
  }
}

function isSmall({ device, filled, step }: Sizes): boolean {
  return device - filled >= step
}

function growing({ dev, sizes }: State, fstype: KindName): readonly Change[] | Failure {
  const growth = kindOf(fstype).growth
  if (sizes === undefined || growth === undefined) return fail(`the size of the ${fstype} filesystem on ${dev} cannot be told`)
  if (!isSmall(sizes)) return []
  if (growth.needs === 'mounted' && sizes.mounted === '') return fail(`${dev} is not mounted: ${fstype} grows only where it is`)
  const bytes = (count: number): string => `${String(count)} bytes\n`
  return [
    {
      what: `grow the ${fstype} filesystem on ${dev}`,
      actions: [{ do: 'run', argv: growth.grow(dev, sizes.mounted), env: { LC_ALL: 'C' } }],
      effects: [resource('filesystem_size', dev, { ...sizes, filled: sizes.device })],
      diff: { beforeName: dev, afterName: dev, before: bytes(sizes.filled), after: bytes(sizes.device) },
    },
  ]
}

function naming({ dev, held }: State, wanted: { readonly fstype: KindName; readonly uuid: string }): readonly Change[] {
  if (held.uuid.toLowerCase() === wanted.uuid.toLowerCase()) return []
  const argv = kindOf(wanted.fstype).setUuid?.(dev, wanted.uuid) ?? []
  const literal = /^[0-9a-f-]{36}$/i.test(wanted.uuid)
  return [
    {
      what: `set the UUID of ${dev}`,
      actions: [{ do: 'run', argv, env: { LC_ALL: 'C' } }],
      effects: [
        literal
          ? resource('filesystem', dev, { ...held, uuid: wanted.uuid })
          : unknownAfter('filesystem', dev, `the UUID of ${dev} is set by an earlier task`),
      ],
      diff: { beforeName: `UUID of ${dev}`, afterName: `UUID of ${dev}`, before: `${held.uuid}\n`, after: `${wanted.uuid}\n` },
    },
  ]
}
