import { args as arg, defineModule, Failure, fail, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { attributeArgs, rewriteArgs } from './_arguments.ts'
import { attributeResult, attributesAfter, isStat } from './_attributes.ts'
import { fromByteText, toByteText } from './_bytes.ts'
import { editInterfaces, interfacesOf } from './_interfaces.ts'
import { MAX_TEXT, readTarget, type Target } from './_target.ts'
import { editChanges, oldText, shownTexts } from './_write.ts'

const schema = z
  .strictObject({
    dest: arg.path().default('/etc/network/interfaces').describe('The interfaces file.'),
    iface: arg.str().optional().describe('Name of the interface; it must be in the file.'),
    address_family: arg.str().optional().describe('`inet` or `inet6`; left out, all of the interface.'),
    option: arg.str().optional().describe('`address`, `mtu`, `up` …; `method` is the word behind the address family.'),
    value: arg.str().optional(),
    state: z.enum(['present', 'absent']).default('present'),
    backup: rewriteArgs.backup,
    ...attributeArgs,
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.option !== undefined && task.iface === undefined) refuse('iface must be set if option is defined')
    if (task.option !== undefined && task.state === 'present' && task.value === undefined)
      refuse("Value must be set if option is defined and state is 'present'")
  })

type Args = z.output<typeof schema>

export default defineModule<Args, Target>({
  name: 'interfaces_file',
  fqcn: ['community.general.interfaces_file', 'community.general.system.interfaces_file'],
  summary: "Options of interfaces in Debian's /etc/network/interfaces.",
  description: [
    'An option that an interface has several times is changed where it stands last. `up`, `down`, `pre-up` and `post-up` are added and removed, never changed.',
    'Comments and the order of the file stay. Nothing is done to the interface itself.',
  ].join(' '),
  args: schema,
  returns: z.object({ dest: z.string(), ifaces: z.record(z.string(), z.unknown()) }),
  examples: [
    {
      name: 'The size of packets',
      yaml: 'interfaces_file:\n  iface: eth7\n  option: mtu\n  value: 8000\n  backup: true\n',
      lab: {
        first: 'changed',
        second: 'ok',
        before: 'lineinfile:\n  path: /etc/network/interfaces\n  line: iface eth7 inet manual\n  create: true\n',
      },
    },
    {
      name: 'A port without an address, up',
      yaml: 'interfaces_file:\n  iface: eth7\n  option: up\n  value: ip link set dev $IFACE up\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'No such option',
      yaml: 'interfaces_file:\n  iface: eth7\n  option: gateway\n  state: absent\n',
      lab: { first: 'ok', second: 'ok' },
    },
  ],
  check: readInterfaces,
  plan(target, task) {
    const before = oldText(target)
    if (before === undefined)
      return [{ what: describe(target, task), actions: [], certainty: 'maybe', why: `the content of ${target.path} is not known yet` }]
    const after = edited(before, task)
    if (after === undefined) return fail(`Error: interface ${task.iface ?? ''} not found`, { data: { dest: target.path } })
    return editChanges({
      target,
      before,
      after,
      content: { bytes: fromByteText(after) },
      shown: shownTexts(before, after),
      wanted: task,
      backup: task.backup,
      what: describe(target, task),
    })
  },
  result(target, task) {
    const text = edited(oldText(target) ?? '', task) ?? ''
    const attributes = isStat(target.file) ? attributeResult(attributesAfter(target.file, task, target.owners)) : {}
    return { dest: target.path, ifaces: interfacesOf(Buffer.from(text, 'latin1').toString('utf8')), ...attributes }
  },
})

async function readInterfaces(host: ReadOnlyHost, task: Args): Promise<Target | Failure> {
  const target = await readTarget(host, task.dest, { wanted: task, content: MAX_TEXT, follow: true })
  if (target instanceof Failure) return target
  return target.file.type === 'absent' ? fail(`Destination ${target.path} does not exist!`) : target
}

/** The text after the task; undefined where there is no such interface. */
function edited(text: string, task: Args): string | undefined {
  const { iface, option } = task
  if (iface === undefined || option === undefined) return text
  const value = task.value === undefined ? undefined : toByteText(task.value.trim())
  return editInterfaces(text, { iface, option, value, family: task.address_family, state: task.state })
}

function describe({ path }: Target, task: Args): string {
  const place = `${task.option ?? ''} of ${task.iface ?? ''} in ${path}`
  return task.state === 'absent' ? `remove ${place}` : `set ${place}`
}
