import { type Change, defineModule, directoryCreated, type Failure, fail, type Outcome, resource, z } from '../runner/module/index.ts'
import { type Git, type GitState, gitKey, readGit } from './_git.ts'
import { addressOf, type GitArgs, gitSchema } from './_git-args.ts'
import { changeArgv } from './_git-script.ts'

/** Something to clone, for the examples. */
const UPSTREAM = `- apt:
    name: git
    update_cache: true
    install_recommends: false
- shell:
    cmd: |-
      git init -q -b main /srv/git-upstream && cd /srv/git-upstream && git config user.name lab && git config user.email lab@example.org
      echo one >file && git add file && git commit -qm one && git tag -a v1 -m v1 && echo two >file && git commit -qam two
    creates: /srv/git-upstream
`

export default defineModule<GitArgs, Git>({
  name: 'git',
  summary: 'Check a branch, tag or commit of a git repository out.',
  description: [
    'The server is asked what the version is (`git ls-remote`), in the same request as the clone: where they agree, nothing is fetched.',
    'The host needs git. Nobody is asked for passwords: give a key, or credentials in the URL.',
  ].join(' '),
  args: gitSchema,
  aliases: { name: 'repo', gpg_whitelist: 'gpg_allowlist' },
  returns: z.object({
    before: z.string().nullable().describe('The commit that was checked out; null where there was no clone.'),
    after: z.string().optional().describe('The commit that is checked out now.'),
    remote_url_changed: z.boolean().optional(),
    submodules_changed: z.boolean().optional(),
    msg: z.string().optional(),
  }),
  examples: [
    {
      name: 'A tag',
      yaml: 'git:\n  repo: /srv/git-upstream\n  dest: /srv/git-tag\n  version: v1\n',
      lab: { first: 'changed', before: UPSTREAM },
    },
    {
      name: 'The newest commit of a branch, and no more',
      yaml: 'git:\n  repo: /srv/git-upstream\n  dest: /srv/git-branch\n  version: main\n  depth: 1\n  single_branch: true\n',
      lab: { first: 'changed', before: UPSTREAM },
    },
    {
      name: 'What the server has as its own, bare',
      yaml: 'git:\n  repo: file:///srv/git-upstream\n  dest: /srv/git-bare\n  bare: true\n',
      lab: { first: 'changed', before: UPSTREAM },
    },
  ],
  check: readGit,
  plan,
  result,
})

function plan({ task, state, after, env }: Git): readonly Change[] {
  const { kind, head, modified, submodules } = state
  if (kind === 'absent' && !task.clone) return [{ what: `${task.repo} is not cloned`, actions: [] }]
  if (kind === 'repository' && !task.update) return []
  const same = kind === 'repository' && head !== undefined && head === after
  if (same && !modified && submodules.length === 0 && !isMoved(state, task)) return []
  return [
    {
      what: wording({ task, state, after }),
      actions: [
        {
          do: 'run',
          id: 'git',
          argv: changeArgv(task),
          env,
          okCodes: 'any',
          umask: task.umask === undefined ? undefined : Number.parseInt(task.umask.replace('o', ''), 8),
        },
      ],
      effects: effectsOf({ task, state, after }),
      diff: {
        beforeName: task.dest ?? '',
        afterName: task.dest ?? '',
        before: head === undefined ? '' : `${head}\n`,
        after: `${after ?? task.version}\n`,
      },
    },
  ]
}

/** The address of the clone's server is another one; git writes some in more than one way. */
function isMoved({ url }: GitState, task: GitArgs): boolean {
  const tidy = (text: string): string => text.replace(/^file:\/\//, '').replace(/(?<=.)\/+$/, '')
  return url !== undefined && tidy(url) !== tidy(addressOf(task))
}

function wording({ task, state, after }: Omit<Git, 'env'>): string {
  const version = task.version === 'HEAD' ? '' : `${task.version} of `
  if (state.kind === 'absent') return `clone ${version}${task.repo} to ${task.dest ?? ''}`
  if (state.head !== after) return `check out ${version}${task.repo} in ${task.dest ?? ''}`
  if (state.modified) return `throw local modifications of ${task.dest ?? ''} away`
  return isMoved(state, task) ? `set the server of ${task.dest ?? ''} to ${task.repo}` : `update submodules of ${task.dest ?? ''}`
}

function effectsOf({ task, state, after }: Omit<Git, 'env'>): Change['effects'] {
  const settled: GitState = {
    kind: 'repository',
    head: after,
    modified: false,
    url: addressOf(task),
    commit: after,
    submodules: [],
    refs: state.refs,
  }
  return [...(state.kind === 'absent' ? [directoryCreated(task.dest ?? '')] : []), resource('git', gitKey(task), settled)]
}

function result({ task, state, after }: Git, _given: GitArgs, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> | Failure {
  const [outcome] = outcomes
  const before = state.head ?? null
  if (outcome !== undefined && outcome.rc !== 0)
    return fail(failureOf(outcome), { data: { changed: false, before, stdout: outcome.stdout, stderr: outcome.stderr, rc: outcome.rc } })
  const now = outcome === undefined ? after : outcome.stdout.trim().split('\n').at(-1)
  const updated = state.kind === 'repository' && task.update
  return {
    before,
    ...(now === undefined ? {} : { after: now }),
    ...(updated ? { remote_url_changed: isMoved(state, task) } : {}),
    ...(updated && state.modified && outcome !== undefined
      ? { msg: `Local modifications exist in the destination: ${task.dest ?? ''}` }
      : {}),
    ...(state.submodules.length > 0 && outcome !== undefined ? { submodules_changed: true } : {}),
  }
}

/** What the script itself says comes last. */
function failureOf({ stderr }: Outcome): string {
  const lines = stderr.trim().split('\n')
  return lines.findLast((line) => line.startsWith('Failed to')) ?? (lines.at(-1) === '' ? 'git failed' : (lines.at(-1) ?? 'git failed'))
}
