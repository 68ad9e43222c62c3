import { defineModule, fail, z } from '../runner/module/index.ts'
import { aptArguments } from './_apt.ts'
import { planApt } from './_apt-plan.ts'
import { readAptState } from './_apt-state.ts'

export default defineModule({
  name: 'apt',
  summary: 'Install, upgrade and remove Debian packages.',
  description: [
    'What is installed is read from the package database by one `dpkg-query`; apt itself is asked only where a package is missing or newer versions matter.',
    'Nothing ever asks a question: debconf is noninteractive and changed configuration files are kept (`dpkg_options`).',
    "apt waits for dpkg's lock (`lock_timeout`). With `policy_rc_d: 101` packages do not start their daemons while they are installed.",
  ].join(' '),
  args: aptArguments,
  aliases: {
    pkg: 'name',
    package: 'name',
    'update-cache': 'update_cache',
    'cache-valid-time': 'cache_valid_time',
    'default-release': 'default_release',
    'install-recommends': 'install_recommends',
    'allow-unauthenticated': 'allow_unauthenticated',
    'allow-downgrade': 'allow_downgrade',
    allow_downgrades: 'allow_downgrade',
    'allow-downgrades': 'allow_downgrade',
  },
  returns: z.object({
    cache_updated: z.boolean(),
    cache_update_time: z.number().describe('Seconds since the epoch.'),
    stdout: z.string().optional(),
    stderr: z.string().optional(),
  }),
  examples: [
    {
      name: 'Install a package with fresh lists',
      yaml: 'apt:\n  name: brotli\n  update_cache: true\n  cache_valid_time: 3600\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'Install a daemon without starting it',
      yaml: 'apt:\n  name: memcached\n  install_recommends: false\n  policy_rc_d: 101\n',
      lab: { first: 'changed' },
    },
    {
      name: 'Remove a package and its configuration',
      yaml: 'apt:\n  name: hello\n  state: absent\n  purge: true\n',
      lab: { first: 'changed', second: 'ok', before: 'apt:\n  name: hello\n  update_cache: true\n' },
    },
  ],
  async check(host, args, context) {
    const kinds = [args.name.length > 0, args.deb !== undefined, args.upgrade !== 'no'].filter(Boolean)
    if (kinds.length > 1) return fail('name, deb and upgrade exclude each other')
    const work =
      kinds.length > 0 ||
      args.update_cache === true ||
      args.cache_valid_time > 0 ||
      args.autoremove ||
      args.autoclean ||
      args.clean ||
      args.state === 'fixed'
    if (!work) return fail('nothing to do: give one of name, deb, upgrade, update_cache, autoremove, autoclean or clean')
    if (args.deb !== undefined && args.state !== 'present') return fail('deb works with state: present only')
    return readAptState(host, args, context)
  },
  plan: planApt,
  result(state, _args, outcomes) {
    const updated = outcomes.find((outcome) => outcome.id === 'update')
    const last = outcomes.findLast((outcome) => outcome.id !== 'update')
    return {
      cache_updated: state.updateDue,
      cache_update_time: updated === undefined ? state.refreshed : Math.floor(updated.end / 1000),
      ...(last === undefined ? {} : { stdout: last.stdout, stderr: last.stderr }),
    }
  },
})
