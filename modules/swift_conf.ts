import { posix } from 'node:path'
import { args, type Change, defineModule, Failure, type FileState, fail, z } from '../runner/module/index.ts'
import { attributeArgs, textOrSecret } from './_arguments.ts'
import { fromByteText, revealed, toByteText } from './_bytes.ts'
import { editIni, type IniEdit, type IniStyle, iniValues } from './_ini.ts'
import { MAX_TEXT, readTarget, type Target } from './_target.ts'
import { editChanges, oldText } from './_write.ts'

const schema = z.strictObject({
  path: z.string().default('/etc/swift/swift.conf').describe('The file; the rings lie beside it.'),
  hash_path_suffix: textOrSecret()
    .refine((text) => revealed(text).trim() !== '', 'expected a text that is not empty')
    .describe('Goes behind each name before it is hashed.'),
  hash_path_prefix: textOrSecret().default('').describe('Goes before it.'),
  settings: z.record(z.string(), z.record(z.string(), args.str())).default({}).describe('Other options: `{section: {option: value}}`.'),
  ...attributeArgs,
})

type Args = z.output<typeof schema>

interface State {
  readonly target: Target
  /** With rings the cluster may hold objects. */
  readonly rings: readonly FileState[]
}

const HASH = 'swift-hash'

export default defineModule<Args, State>({
  name: 'swift_conf',
  summary: 'Write swift.conf, which all programs of the object store read.',
  description: [
    'Objects are found by the hash of their names with the suffix and prefix. On a node that has rings, other values than those in force are',
    'refused: nothing that was stored before would be found again.',
  ].join(' '),
  args: schema,
  aliases: { dest: 'path' },
  returns: z.object({ path: z.string() }),
  examples: [
    {
      name: 'A new cluster',
      yaml: 'swift_conf:\n  path: /etc/demo/swift.conf\n  hash_path_suffix: "{{ swift_hash_path_suffix }}"\n  mode: "0640"\nvars:\n  swift_hash_path_suffix: 0b1b9109c1ddde4f9c4b\n',
      lab: { first: 'changed', second: 'ok' },
    },
  ],
  async check(host, task) {
    const folder = posix.dirname(task.path)
    const [target, ...rings] = await Promise.all([
      readTarget(host, task.path, { wanted: task, content: MAX_TEXT, follow: true }),
      ...['account', 'container', 'object'].map((ring) => host.file(`${folder}/${ring}.ring.gz`)),
    ])
    return target instanceof Failure ? target : { target, rings }
  },
  plan({ target, rings }, task): readonly Change[] | Failure {
    const before = oldText(target)
    // A package does not bring the wanted value.
    if (before === undefined) return [{ what: `write ${target.path}`, actions: [] }]
    const built = rings.some((ring) => ring.type !== 'absent' && ring.type !== 'unknown')
    const other = built ? hashOptions(task).find(([option, value]) => differs(before, option, value)) : undefined
    if (other !== undefined) return refused(target.path, other[0])
    const after = edits(task).reduce((text, edit) => editIni(text, edit, STYLE).text, before)
    return editChanges({
      target,
      before,
      after,
      content: { bytes: fromByteText(after), secret: true },
      wanted: task,
      backup: false,
      parents: 'create',
      what: `write ${target.path}`,
    })
  },
  result: ({ target }) => ({ path: target.path }),
})

const STYLE: IniStyle = {
  state: 'present',
  exclusive: true,
  noExtraSpaces: false,
  ignoreSpaces: false,
  allowNoValue: false,
  modifyInactive: true,
  sectionHas: [],
}

/** As they are in the file: texts of bytes. */
function hashOptions(task: Args): readonly (readonly [string, string])[] {
  return [
    ['swift_hash_path_suffix', toByteText(revealed(task.hash_path_suffix))],
    ['swift_hash_path_prefix', toByteText(revealed(task.hash_path_prefix))],
  ]
}

function edits(task: Args): readonly IniEdit[] {
  const others = Object.entries(task.settings).flatMap(([section, options]) =>
    Object.entries(options).map(([option, value]) => ({
      section: toByteText(section),
      option: toByteText(option),
      values: [toByteText(value)],
    })),
  )
  return [...hashOptions(task).map(([option, value]) => ({ section: HASH, option, values: [value] })), ...others]
}

/** An option that is not there is an empty text for swift. */
function differs(text: string, option: string, value: string): boolean {
  return (iniValues(text, HASH, option).at(-1) ?? '') !== value
}

function refused(path: string, option: string): Failure {
  return fail(`the objects of this cluster were stored with another ${option} than the one given, and would not be found with it`, {
    hint: `give the value that ${path} of this host has. To begin with an empty cluster, stop swift, remove ${posix.dirname(path)}/*.ring.gz and empty the devices`,
  })
}
