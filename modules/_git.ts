import {
  type Failure,
  fail,
  type ModuleContext,
  type Probe,
  type ProbeAnswer,
  quote,
  quoteArgv,
  type ReadOnlyHost,
  Unavailable,
} from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { addressOf, type GitArgs, gitEnvironment } from './_git-args.ts'
import { lookArgv, NO_GIT } from './_git-script.ts'

/** A clone as it is, and what the server has. */
export interface GitState {
  readonly kind: 'absent' | 'repository'
  readonly head?: string | undefined
  readonly modified: boolean
  readonly url?: string | undefined
  /** What `version` is in the clone itself. */
  readonly commit?: string | undefined
  /** Submodules that are not as the checked out commit has them. */
  readonly submodules: readonly string[]
  /** What `version` is on the server; undefined where it was not asked. */
  readonly refs?: ReadonlyMap<string, string> | undefined
  readonly trouble?: string | undefined
}

export interface Git {
  readonly task: GitArgs
  readonly state: GitState
  /** The commit that is to be checked out; undefined where only the fetch can tell. */
  readonly after: string | undefined
  /** Variables for git. */
  readonly env: Readonly<Record<string, string>>
}

export async function readGit(host: ReadOnlyHost, given: GitArgs, context: ModuleContext): Promise<Git | Failure> {
  const [dest, repo] = await Promise.all([
    given.dest === undefined ? undefined : expandPath(host, given.dest),
    given.repo.startsWith('~') ? expandPath(host, given.repo) : given.repo,
  ])
  const task = { ...given, dest: dest?.replace(/(?<=.)\/+$/, ''), repo }
  const env = gitEnvironment(task, context.env)
  const state = await host.probe(probe(task, env))
  if (state.trouble !== undefined) return fail(state.trouble, { data: { before: state.head ?? null } })
  if (state.kind === 'repository' && !task.update) return { task, state, after: state.head, env }
  if (state.modified && !task.force && state.kind === 'repository')
    return fail(`Local modifications exist in the destination: ${task.dest ?? ''} (force=no).`, { data: { before: state.head ?? null } })
  const after = commitOf(state, task)
  if (after === 'none') return fail(`Failed to checkout ${task.version}`, { hint: `${task.repo} has no such branch, tag or commit` })
  if (task.depth !== undefined && task.version !== 'HEAD' && task.refspec === undefined && state.refs?.size === 0)
    context.warn('Ignoring depth argument. Shallow clones are only available for HEAD, branches, tags or in combination with refspec.')
  return { task, state, after, env }
}

/** What the version means: a branch of the server, else a tag, else a commit. */
function commitOf(state: GitState, { version, refspec }: GitArgs): string | undefined {
  const { refs } = state
  if (refs === undefined) return undefined
  const names = [`refs/heads/${version}`, `refs/tags/${version}^{}`, `refs/tags/${version}`]
  const named = names.find((name) => refs.has(name))
  if (version === 'HEAD') return [...refs.values()][0]
  if (named !== undefined) return refs.get(named)
  if (state.commit !== undefined) return state.commit
  if (/^[0-9a-f]{40}$/.test(version)) return version
  return /^[0-9a-f]{4,39}$/.test(version) || refspec !== undefined || version.startsWith('refs/') ? undefined : 'none'
}

export function gitKey(task: GitArgs): string {
  return `${task.dest ?? ''} ${addressOf(task)} ${task.version} ${task.remote}`
}

function probe(task: GitArgs, env: Git['env']): Probe<GitState> {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)};`)
  return {
    kind: 'git',
    key: gitKey(task),
    script: `(${exports.join(' ')} exec ${quoteArgv(lookArgv(task))})`,
    parse: (answer) => parseLook(answer, task),
    fresh: () => ({ kind: 'absent', modified: false, submodules: [] }),
  }
}

function parseLook({ rc, text, stderr }: ProbeAnswer, task: GitArgs): GitState | Unavailable {
  if (rc === NO_GIT) return new Unavailable(`there is no ${task.executable ?? 'git'} on this host`, 'install the package git first')
  const lines = text.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
  const value = (name: string): string | undefined => lines.find(([key]) => key === name)?.[1]
  const filled = (name: string): string | undefined => (value(name) === '' ? undefined : value(name))
  const said = filled('trouble')
  const head = filled('head')
  const refs = lines.flatMap(([key, line]) => {
    const [commit = '', name = ''] = line.split('\t')
    return key === 'ref' ? [[name, commit] as const] : []
  })
  const state: GitState = {
    kind: value('kind') === 'repository' ? 'repository' : 'absent',
    head,
    modified: value('modified') === 'yes',
    url: filled('url'),
    commit: filled('commit'),
    submodules: lines.flatMap(([key, line]) => (key === 'submodule' ? [line.trim().split(/\s+/)[1] ?? ''] : [])),
    refs: value('asked') === undefined ? undefined : new Map(refs),
  }
  if (said !== undefined && /dubious ownership/.test(said))
    return { ...state, trouble: `git will not work in ${task.dest ?? ''}: ${firstLine(said)}` }
  if (rc !== 0) return { ...state, trouble: `Failed to download remote objects and refs: ${stderr.trim()}` }
  return state
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
