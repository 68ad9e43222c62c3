import { posix } from 'node:path'
import {
  args as arg,
  defineModule,
  Failure,
  type FileState,
  fail,
  fileRemoved,
  fileWritten,
  type Probe,
  quote,
  z,
} from '../runner/module/index.ts'
import { type BaselineRecord, differences, INVENTORY_SCRIPT, type Inventory, inventoryOf, recordShape } from './_baseline.ts'

const MOST = 16 * 1024 * 1024

const schema = z.strictObject({
  path: arg.path().default('/var/lib/stackrun/before.json').describe('Where the record is kept; only root may read it.'),
  files: arg.list(arg.path()).default([]).describe('Text files whose content is recorded, so that they can be put back.'),
  compare: arg.bool().default(false).describe('Look at the host again and tell what is different, in `differences`.'),
  state: z.enum(['present', 'absent']).default('present').describe('`present` makes a record where there is none; `absent` forgets it.'),
})

type Args = z.output<typeof schema>

interface State {
  readonly record: BaselineRecord | undefined
  readonly now: Inventory | undefined
  /** What a new record would be. */
  readonly fresh: BaselineRecord | undefined
}

export default defineModule<Args, State>({
  name: 'host_baseline',
  summary: 'Record once what a host has, before it is changed, and tell later what has become different.',
  description: [
    'Recorded are packages, those of them that somebody asked for, mounts, files behind loop devices, network interfaces and which of them',
    'are up, network namespaces, rules of the packet filter, forwarding, users, groups, the files of /etc with their checksums, and the names',
    'of what is in the folders where programs put their things. A record that is there is never written again.',
  ].join('\n'),
  args: schema,
  returns: z.object({
    recorded: z.boolean(),
    before: recordShape.extend({ files: z.record(z.string(), z.string()), missing: z.array(z.string()) }).optional(),
    differences: z.record(z.string(), z.object({ added: z.array(z.string()), removed: z.array(z.string()) })).optional(),
  }),
  examples: [
    {
      name: 'Before the first change',
      yaml: 'host_baseline:\n  path: /var/tmp/before.json\n  files: [/etc/hosts]\n',
      lab: { first: 'changed', second: 'ok' },
    },
  ],
  async check(host, task, context) {
    const file = await host.file(task.path, { content: MOST })
    const record = recordIn(file, task.path)
    if (record instanceof Failure) return record
    if (task.state === 'absent' || (record !== undefined && !task.compare)) return { record, now: undefined, fresh: undefined }
    const [now, ...texts] = await Promise.all([
      host.probe(inventory),
      ...task.files.map((path) => host.file(path, { content: MOST, follow: true })),
    ])
    const files = Object.fromEntries(task.files.map((path, index) => [path, textOf(texts[index])] as const))
    return { record, now, fresh: record === undefined ? { taken: Math.floor(context.now / 1000), has: now, files } : undefined }
  },
  plan({ record, fresh }, task) {
    const { path } = task
    if (task.state === 'absent') {
      const remove = { do: 'script', script: `rm -f -- ${quote(path)}`, purpose: `remove ${path}` } as const
      return record === undefined ? [] : [{ what: `forget what is recorded in ${path}`, actions: [remove], effects: [fileRemoved(path)] }]
    }
    if (fresh === undefined) return []
    const folder = posix.dirname(path)
    const text = `${JSON.stringify(fresh)}\n`
    return [
      {
        what: `record what the host has in ${path}`,
        actions: [
          { do: 'script', script: `[ -d ${quote(folder)} ] || mkdir -p -m 0700 -- ${quote(folder)}`, purpose: `make ${folder}` },
          { do: 'write', path, content: text, mode: 0o600 },
        ],
        effects: [fileWritten(path, { content: Buffer.from(text) }, { mode: 0o600 })],
      },
    ]
  },
  result({ record, now, fresh }, task) {
    const before = task.state === 'absent' ? undefined : (record ?? fresh)
    const different = before === undefined || now === undefined ? {} : { differences: differences(before.has, now) }
    return { recorded: record !== undefined, ...(before === undefined ? {} : { before: told(before) }), ...different }
  },
})

const inventory: Probe<Inventory> = { kind: 'host_baseline', key: '', script: INVENTORY_SCRIPT, parse: ({ text }) => inventoryOf(text) }

function recordIn(file: FileState, path: string): BaselineRecord | Failure | undefined {
  if (file.type !== 'file' || file.content === undefined) return undefined
  const broken = fail(`${path} is no record of a host`, { hint: 'remove it to have the host recorded as it is now' })
  try {
    return recordShape.safeParse(JSON.parse(file.content.toString('utf8'))).data ?? broken
  } catch {
    return broken
  }
}

function textOf(file: FileState | undefined): string | null {
  return file?.type === 'file' && file.content !== undefined ? file.content.toString('utf8') : null
}

/** Files that were there by their texts, and those that were not by their names. */
function told(record: BaselineRecord) {
  const files = Object.entries(record.files)
  return {
    ...record,
    files: Object.fromEntries(files.flatMap(([path, text]) => (text === null ? [] : [[path, text] as const]))),
    missing: files.flatMap(([path, text]) => (text === null ? [path] : [])),
  }
}
