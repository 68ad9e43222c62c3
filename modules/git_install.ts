import { defineModule, fail, z } from '../runner/module/index.ts'
import { gitInstallArguments, readGitInstall } from './_git-install.ts'
import { planGitInstall } from './_git-install-plan.ts'

export default defineModule({
  name: 'git_install',
  summary: 'Install a Python program from a commit, tag or branch of a git repository.',
  description: [
    'The source stays in `dest`; the commit and the way it was installed are noted in its .git folder, so a second run changes nothing.',
    'Of a pinned version only one commit is fetched where the server allows. `state: absent` uninstalls what pip installed of it and removes the source; what `setup.py install` installed stays.',
  ].join(' '),
  args: gitInstallArguments,
  aliases: { name: 'repo', force_break_system_packages: 'break_system_packages' },
  returns: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
  examples: [
    {
      name: 'A release of swift, proved',
      yaml: 'git_install:\n  repo: https://opendev.org/openstack/swift\n  version: 2.30.1\n  dest: /opt/src/swift\n  break_system_packages: true\n  extra_args: [--no-deps, --no-build-isolation]\n  prove: {argv: [python3, -c, import swift; print(swift.__version__)], matches: 2\\.30\\.1}\n',
      lab: false, // from the Internet, which the lab's hosts do not reach
    },
    {
      name: 'A program of your own from a tag, with what it needs installed beforehand',
      yaml: 'git_install:\n  repo: /srv/git/hello\n  version: "1.0"\n  dest: /opt/src/hello\n  break_system_packages: true\n  extra_args: [--no-deps, --no-build-isolation]\n  prove: {argv: [hello], matches: ^hello 1\\.0$}\n',
      lab: {
        first: 'changed',
        before:
          '- apt: {name: [git, python3-pip, python3-setuptools, python3-wheel], install_recommends: false}\n- script: make-repository.sh /srv/git/hello\n',
      },
    },
    {
      name: 'Only the source',
      yaml: 'git_install:\n  repo: /srv/git/hello\n  version: main\n  dest: /opt/src/hello-main\n  install: none\n',
      lab: { first: 'changed' },
    },
    {
      name: 'Take the program away again, with what was installed of it',
      yaml: 'git_install:\n  repo: /srv/git/hello\n  dest: /opt/src/hello\n  break_system_packages: true\n  state: absent\n',
      lab: { first: 'changed' },
    },
  ],
  async check(host, args) {
    if (!args.dest.startsWith('/')) return fail('dest must be an absolute path')
    return readGitInstall(host, args)
  },
  plan: planGitInstall,
  result(state, args, outcomes) {
    const before = state.source.kind === 'clone' && state.source.head !== '' ? state.source.head : null
    const fetched = outcomes
      .find((outcome) => outcome.id === 'checkout')
      ?.stdout.trim()
      .split('\n')
      .at(-1)
    const proof = outcomes.find((outcome) => outcome.id === 'prove')
    if (
      proof?.ok === true &&
      args.prove?.matches !== undefined &&
      !new RegExp(args.prove.matches, 'm').test(`${proof.stdout}${proof.stderr}`)
    )
      return fail(
        `${args.prove.argv.join(' ')} printed ${JSON.stringify(proof.stdout.trim())}, which does not match ${args.prove.matches}`,
        { data: { before, after: fetched ?? before } },
      )
    return {
      before,
      after: args.state === 'absent' ? null : (fetched ?? before),
      ...(proof === undefined ? {} : { proof: proof.stdout.trim() }),
    }
  },
})
