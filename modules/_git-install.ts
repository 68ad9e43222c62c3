import { createHash } from 'node:crypto'
import { args as arg, type Failure, fail, quoteArgv, quotePath, type ReadOnlyHost, Unavailable, z } from '../runner/module/index.ts'

export const gitInstallArguments = z.strictObject({
  repo: arg.str(),
  version: arg.str().default('HEAD').describe('Commit, tag or branch.'),
  dest: arg.path().describe('Where the source is kept.'),
  depth: arg.int().default(1).describe('Commits to fetch, where the server gives single commits; 0: all.'),
  install: z.enum(['pip', 'setup.py', 'none']).default('pip'),
  requirements: arg.list(arg.path()).default([]).describe('Files below `dest` whose packages pip installs first.'),
  constraints: arg.path().optional().describe('A pip constraints file.'),
  virtualenv: arg.path().optional().describe('Install there; it is made where it is missing.'),
  break_system_packages: arg
    .bool()
    .default(false)
    .describe("Install into the system's Python although the distribution manages it (PEP 668)."),
  extra_args: z
    .preprocess((value) => (typeof value === 'string' ? value.split(/\s+/).filter((word) => word !== '') : value), z.array(z.string()))
    .default([])
    .describe('For pip install or setup.py install.'),
  pbr_version: arg.str().optional().describe('What pbr takes for the version where no tag is near.'),
  prove: z
    .strictObject({ argv: z.array(z.string()).min(1), matches: z.string().optional().describe('Regular expression for what it prints.') })
    .optional()
    .describe('A program that proves that the installation works.'),
  python: arg.str().default('python3'),
  umask: z.union([z.string().regex(/^0?[0-7]{3}$/), z.number()]).default('022'),
  environment: z.record(z.string(), z.string()).default({}),
  state: z.enum(['present', 'absent']).default('present'),
})

export type GitInstallArguments = z.output<typeof gitInstallArguments>

export interface GitInstallState {
  readonly source:
    | { readonly kind: 'absent' }
    | { readonly kind: 'foreign' }
    | {
        readonly kind: 'clone'
        readonly head: string
        readonly remote: string
        readonly modified: boolean
        readonly stamp: string
        readonly proved?: boolean | undefined
      }
  /** What `version` means: a full commit, or the text itself where only a fetch can tell. */
  readonly wanted: { readonly commit: string; readonly ref?: string | undefined }
  /** Undefined where nothing is installed that could be proved. */
  readonly proved: boolean | undefined
}

export async function readGitInstall(host: ReadOnlyHost, args: GitInstallArguments): Promise<GitInstallState | Failure> {
  const fixed = /^[0-9a-f]{40}$/.test(args.version)
  const prove = args.state === 'present' ? args.prove : undefined
  const [source, remote, managed, early] = await Promise.all([
    readSource(host, args.dest),
    fixed || args.state === 'absent' ? args.version : resolveVersion(host, args),
    args.install === 'none' || args.virtualenv !== undefined || args.break_system_packages || args.state === 'absent'
      ? false
      : isManaged(host, args.python),
    prove !== undefined && !host.predicted ? proves(host, prove) : undefined,
  ])
  if (managed)
    return fail("this host's Python is managed by its distribution (PEP 668)", {
      hint: 'set break_system_packages: true, or give a virtualenv',
    })
  const wanted = typeof remote === 'string' ? { commit: remote } : remote
  if (wanted.commit === '') return fail(`${args.repo} has no version ${args.version}`)
  const installed = source.kind === 'clone' && source.stamp === stampOf(args, source.head)
  if (prove === undefined || !installed) return { source, wanted, proved: undefined }
  return { source, wanted, proved: source.proved ?? early ?? (await proves(host, prove)) }
}

/** What was installed how: the commit, and a digest of all that decides about the installation. */
export function stampOf(args: GitInstallArguments, commit: string): string {
  const how = JSON.stringify([
    args.install,
    args.requirements,
    args.constraints,
    args.virtualenv,
    args.extra_args,
    args.pbr_version,
    args.python,
  ])
  return `${commit} ${createHash('sha256').update(how).digest('hex').slice(0, 16)}`
}

function readSource(host: ReadOnlyHost, dest: string): Promise<GitInstallState['source']> {
  const at = quotePath(dest)
  const git = `git -c safe.directory='*' -C ${at}`
  return host.probe<GitInstallState['source']>({
    kind: 'git_install',
    key: dest,
    script: [
      `if [ ! -e ${at} ]; then echo absent; elif [ ! -d ${at}/.git ]; then set -- ${at}/*; if [ -d ${at} ] && [ ! -e "$1" ]; then echo absent; else echo foreign; fi`,
      `elif ! sr_has git; then (exit 127); else echo clone; ${git} rev-parse -q --verify HEAD || echo; ${git} config --get remote.origin.url || echo`,
      `if [ -n "$(${git} status --porcelain --untracked-files=no 2>/dev/null)" ]; then echo modified; else echo clean; fi; cat ${at}/.git/stackrun-installed 2>/dev/null || :; fi`,
    ].join('\n'),
    parse: ({ rc, text }) => {
      const [kind, head = '', remote = '', modified = '', stamp = ''] = text.split('\n')
      if (rc === 127) return new Unavailable('there is no git on this host', 'install the package git first')
      return kind === 'clone'
        ? { kind, head, remote, modified: modified === 'modified', stamp }
        : { kind: kind === 'foreign' ? 'foreign' : 'absent' }
    },
  })
}

/** The server is asked what a tag or branch is now; short commits are left to the fetch. */
function resolveVersion(host: ReadOnlyHost, args: GitInstallArguments): Promise<GitInstallState['wanted']> {
  const { version, repo } = args
  const names = version === 'HEAD' ? ['HEAD'] : [`refs/tags/${version}`, `refs/tags/${version}^{}`, `refs/heads/${version}`]
  return host.probe<GitInstallState['wanted']>({
    kind: 'git_remote',
    key: `${repo} ${version}`,
    script: `sr_has git || (exit 127) && (GIT_TERMINAL_PROMPT=0 exec ${quoteArgv(['git', 'ls-remote', repo, ...names])} </dev/null)`,
    parse: ({ rc, text, stderr }) => {
      if (rc === 127) return new Unavailable('there is no git on this host', 'install the package git first')
      if (rc !== 0) return new Unavailable(`git cannot read ${repo}: ${stderr.trim().split('\n')[0] ?? ''}`)
      const refs = new Map(text.split('\n').map((line) => [line.split('\t')[1] ?? '', line.split('\t')[0] ?? ''] as const))
      const ref = [names[1], names[0], names[2]].find((name) => name !== undefined && refs.has(name))
      if (ref !== undefined) return { commit: refs.get(ref) ?? '', ref: ref.replace('^{}', '') }
      return { commit: /^[0-9a-f]{7,39}$/.test(version) ? version : '' }
    },
    fresh: () => ({ commit: version }),
  })
}

function isManaged(host: ReadOnlyHost, python: string): Promise<boolean> {
  const code =
    "import os, sysconfig; print(os.path.exists(os.path.join(sysconfig.get_path('stdlib', sysconfig.get_default_scheme()), 'EXTERNALLY-MANAGED')))"
  return host.probe({
    kind: 'python_managed',
    key: python,
    script: `sr_has ${quoteArgv([python])} && ${quoteArgv([python, '-c', code])}`,
    parse: ({ text }) => text.trim() === 'True',
  })
}

/** The proof's own words are matched by the controller, as JavaScript regular expressions. */
async function proves(host: ReadOnlyHost, prove: NonNullable<GitInstallArguments['prove']>): Promise<boolean> {
  const answer = await host.query(prove.argv, { timeout: 60_000 })
  return answer.rc === 0 && (prove.matches === undefined || new RegExp(prove.matches, 'm').test(`${answer.stdout}${answer.stderr}`))
}
