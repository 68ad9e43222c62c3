import { args as arg, defineModule, fail, type Probe, quote, resource, Unavailable, z } from '../runner/module/index.ts'
import { asUser } from './_as-user.ts'
import { syncAnew } from './_db-half-made.ts'
import { revisionCommand } from './_db-revision.ts'
import { ALEMBIC_HEAD, DATABASE_SERVICES, type DatabaseService, schemaIsCurrent } from './_db-services.ts'

const syncArguments = z.strictObject({
  service: arg
    .str()
    .optional()
    .describe(`One of ${Object.keys(DATABASE_SERVICES).join(', ')}.`),
  check: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Instead of `service`: a program whose exit code 0 means that the schema is up to date.'),
  sync: z.array(z.string()).min(1).optional().describe('Instead of `service`: the program that brings it up to date.'),
  user: arg.str().optional().describe("User of the host to run as; default: the service's."),
  config_files: arg.list(arg.path()).default([]).describe('Given as --config-file, in this order.'),
  timeout: arg.int().default(1800).describe('Seconds.'),
})

type SyncArguments = z.output<typeof syncArguments>

export default defineModule({
  name: 'openstack_db_sync',
  summary: "Bring the schema of an OpenStack service's database up to date.",
  description: [
    "The database's revision is compared with the newest of the service's migrations. Where that tells nothing, or that something lacks, the service is asked: `keystone-manage db_sync --check` and its kin.",
    'A schema that a run which was cut short has left half made, and that holds nothing yet, is made anew.',
  ].join(' '),
  args: syncArguments,
  returns: z.object({ stdout: z.string().optional(), stderr: z.string().optional() }),
  examples: [
    { name: "Keystone's schema", yaml: 'openstack_db_sync:\n  service: keystone\n', lab: false },
    {
      name: 'Another service',
      yaml: 'openstack_db_sync:\n  check: [heat-manage, db_version]\n  sync: [heat-manage, db_sync]\n  user: heat\n',
      lab: false,
    },
  ],
  async check(host, args) {
    const service = serviceOf(args)
    if (service === undefined)
      return fail(args.service === undefined ? 'give service, or both check and sync' : `the service ${args.service} is not known`, {
        hint: `known are ${Object.keys(DATABASE_SERVICES).join(', ')}; others work with check and sync`,
      })
    return { service, current: await host.probe(schemaProbe(args, service)) }
  },
  plan({ service, current }, args) {
    if (current) return []
    const sync = withConfig(service.sync, args)
    const argv = service.database === undefined ? sync : syncAnew(sync, service.database)
    return [
      {
        what: `bring the ${nameOf(args)} schema up to date`,
        actions: [{ do: 'run' as const, id: 'sync', argv, user: service.user, cwd: '/', timeout: args.timeout * 1000 }],
        effects: [resource('openstack_schema', nameOf(args), true)],
      },
    ]
  },
  result(_state, _args, outcomes) {
    const [outcome] = outcomes
    return outcome === undefined ? {} : { stdout: outcome.stdout, stderr: outcome.stderr }
  },
})

function serviceOf(args: SyncArguments): DatabaseService | undefined {
  if (args.check !== undefined && args.sync !== undefined)
    return { user: args.user ?? 'root', sync: args.sync, check: { by: 'exit', argv: args.check } }
  const known = args.service === undefined ? undefined : DATABASE_SERVICES[args.service]
  return known === undefined ? undefined : { ...known, user: args.user ?? known.user }
}

function nameOf(args: SyncArguments): string {
  return args.service ?? (args.sync ?? []).join(' ')
}

function withConfig(argv: readonly string[], args: SyncArguments): readonly string[] {
  const [program = '', ...rest] = argv
  return [program, ...args.config_files.flatMap((path) => ['--config-file', path]), ...rest]
}

/** Nothing is printed where the database tells that all is done. */
function quickly({ user, migrations, database }: DatabaseService, args: SyncArguments): string {
  if (migrations === undefined || database === undefined) return 'false'
  const config = args.config_files.length > 0 ? args.config_files : [database.config]
  return `{ ${asUser(user, revisionCommand({ folder: migrations, config, section: database.section }))}; } >/dev/null 2>&1`
}

/** A check that fails for want of a database tells no more than that work is to be done: the sync then says what is wrong. */
function schemaProbe(args: SyncArguments, service: DatabaseService): Probe<boolean> {
  const { check, migrations } = service
  const argv = withConfig(check.argv, args)
  const head =
    check.by === 'alembic' && migrations !== undefined
      ? `printf '\\n%s\\n' ${MARK}; python3 -c ${quote(ALEMBIC_HEAD)} ${quote(migrations)} 2>/dev/null`
      : ':'
  const ask = `{ ${asUser(service.user, argv)}; sr_x=$?; ${head}; (exit "$sr_x"); }`
  return {
    kind: 'openstack_schema',
    key: nameOf(args),
    script: `sr_has ${quote(argv[0] ?? '')} || (exit 127) && { if ${quickly(service, args)}; then echo ${CURRENT}; else ${ask}; fi; }`,
    parse: (answer) => {
      if (answer.rc === 127)
        return new Unavailable(`there is no ${argv[0] ?? ''} on this host`, `install ${args.service ?? 'the service'} first`)
      if (answer.text.trim() === CURRENT) return true
      const [stdout = '', revision = ''] = answer.text.split(`\n${MARK}\n`)
      return schemaIsCurrent(check, { rc: answer.rc, stdout }, revision)
    },
    fresh: () => false,
  }
}

const CURRENT = '--current--'
const MARK = '--head--'
