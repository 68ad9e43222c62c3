import { args as arg, type Change, defineModule, fail, groupChanged, groupRemoved, z } from '../runner/module/index.ts'

export default defineModule({
  name: 'group',
  summary: 'Create, change and remove groups.',
  args: z.strictObject({
    name: arg.str(),
    state: z.enum(['present', 'absent']).default('present'),
    gid: arg.int().optional(),
    system: arg.bool().default(false).describe('Give a new group an id of the system range.'),
    non_unique: arg.bool().default(false).describe('Allow an id that another group has.'),
    local: arg.bool().default(false).describe('Accepted for compatibility: /etc/group is what is changed.'),
    gid_min: arg.int().optional().describe('A new group gets no lower id.'),
    gid_max: arg.int().optional().describe('A new group gets no higher id.'),
    force: arg.bool().default(false).describe("Remove the group although it is a user's primary group."),
  }),
  returns: z.object({ name: z.string(), state: z.enum(['present', 'absent']), gid: z.number().optional(), system: z.boolean() }),
  examples: [
    { name: 'A system group', yaml: 'group:\n  name: swiftlab\n  system: true\n', lab: { first: 'changed', second: 'ok' } },
    { name: 'A group that is not wanted', yaml: 'group:\n  name: swiftlab\n  state: absent\n', lab: { first: 'changed' } },
  ],
  async check(host, args) {
    if (args.non_unique && args.gid === undefined) return fail('non_unique needs gid')
    return { group: await host.group(args.name) }
  },
  plan({ group }, args): readonly Change[] {
    if (args.state === 'absent') {
      if (!group.exists) return []
      return [
        {
          what: `remove group ${args.name}`,
          actions: [{ do: 'run', argv: ['groupdel', ...(args.force ? ['-f'] : []), args.name] }],
          effects: [groupRemoved(args.name)],
        },
      ]
    }
    const id = args.gid === undefined ? [] : ['-g', String(args.gid), ...(args.non_unique ? ['-o'] : [])]
    if (!group.exists) {
      return [
        {
          what: `create group ${args.name}`,
          actions: [{ do: 'run', argv: ['groupadd', ...id, ...(args.system ? ['-r'] : []), ...rangeOf(args), args.name] }],
          effects: [groupChanged(args.name, { gid: args.gid })],
        },
      ]
    }
    if (args.gid === undefined || args.gid === group.gid) return []
    return [
      {
        what: `change the id of group ${args.name} from ${String(group.gid)} to ${String(args.gid)}`,
        actions: [{ do: 'run', argv: ['groupmod', ...id, args.name] }],
        effects: [groupChanged(args.name, { gid: args.gid })],
      },
    ]
  },
  result({ group }, args) {
    const gid = args.gid ?? (group.exists ? group.gid : undefined)
    return {
      name: args.name,
      state: args.state,
      system: args.system,
      ...(args.state === 'absent' || gid === undefined || Number.isNaN(gid) ? {} : { gid }),
    }
  },
})

function rangeOf({
  gid_min,
  gid_max,
}: {
  readonly gid_min?: number | undefined
  readonly gid_max?: number | undefined
}): readonly string[] {
  return [
    ...(gid_min === undefined ? [] : ['-K', `GID_MIN=${String(gid_min)}`]),
    ...(gid_max === undefined ? [] : ['-K', `GID_MAX=${String(gid_max)}`]),
  ]
}
