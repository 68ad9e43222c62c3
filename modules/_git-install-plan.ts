import type { Failure } from '../runner/module/index.ts'
import { type Change, fail, fileRemoved, type RunAction, resource, unknownAfter } from '../runner/module/index.ts'
import { type GitInstallArguments, type GitInstallState, stampOf } from './_git-install.ts'

export function planGitInstall(state: GitInstallState, args: GitInstallArguments): readonly Change[] | Failure {
  const { source, wanted } = state
  if (args.state === 'absent')
    return source.kind === 'clone' ? [removal(args, source.stamp)] : source.kind === 'absent' ? [] : foreign(args)
  if (source.kind === 'foreign') return foreign(args)
  const at = source.kind === 'clone' ? source : undefined
  const isThere = at !== undefined && at.head !== '' && at.head.startsWith(wanted.commit) && !at.modified && at.remote === args.repo
  const isInstalled = isThere && state.proved !== false && (args.install === 'none' || at.stamp === stampOf(args, at.head))
  if (isInstalled) return []
  const changes: Change[] = isThere ? [] : [checkout(state, args)]
  return args.install === 'none' && args.requirements.length === 0 ? changes : [...changes, installation(state, args)]
}

function foreign(args: GitInstallArguments): Failure {
  return fail(`${args.dest} is there and is no git clone`, { hint: 'give another dest, or remove it' })
}

function removal(args: GitInstallArguments, stamp: string): Change {
  const flags = args.break_system_packages ? ['--break-system-packages'] : []
  const uninstall = { ...run(args, 'uninstall', [pythonOf(args), '-c', UNINSTALL, args.dest, ...flags]), purpose: `uninstall ${args.dest}` }
  return {
    what: `remove ${args.dest}${stamp === '' ? '' : ' and what pip installed of it'}`,
    actions: [...(stamp === '' ? [] : [uninstall]), { do: 'run', argv: ['rm', '-rf', '--', args.dest] }],
    effects: [fileRemoved(args.dest), resource('git_install', args.dest, { kind: 'absent' })],
  }
}

function checkout(state: GitInstallState, args: GitInstallArguments): Change {
  const { source, wanted } = state
  const before = source.kind === 'clone' ? source.head : ''
  const argv = ['sh', '-c', CHECKOUT, 'git-install', args.dest, args.repo, wanted.commit, wanted.ref ?? '', String(args.depth)]
  const after = {
    kind: 'clone',
    head: wanted.commit,
    remote: args.repo,
    modified: false,
    stamp: args.install === 'none' ? '' : stampOf(args, wanted.commit),
  }
  const known = /^[0-9a-f]{40}$/.test(wanted.commit)
  const what = `check out ${args.version} of ${args.repo} to ${args.dest}`
  return {
    what,
    actions: [{ ...run(args, 'checkout', argv, { GIT_TERMINAL_PROMPT: '0' }), purpose: what }],
    effects: [
      known
        ? resource('git_install', args.dest, after)
        : unknownAfter('git_install', args.dest, `which commit ${args.version} is has not been asked yet`),
    ],
    diff: { beforeName: args.dest, afterName: args.dest, before: before === '' ? '' : `${before}\n`, after: `${wanted.commit}\n` },
  }
}

function installation(state: GitInstallState, args: GitInstallArguments): Change {
  const python = pythonOf(args)
  const pip = [
    python,
    '-m',
    'pip',
    'install',
    '--no-input',
    '--disable-pip-version-check',
    ...(args.break_system_packages ? ['--break-system-packages'] : []),
    ...(args.constraints === undefined ? [] : ['-c', args.constraints]),
  ]
  const pbr = args.pbr_version === undefined ? {} : { PBR_VERSION: args.pbr_version }
  const requirements = args.requirements.flatMap((file) => ['-r', file])
  const step =
    args.install === 'pip'
      ? [run(args, 'install', [...pip, ...args.extra_args, '.'], pbr, args.dest)]
      : [run(args, 'install', [python, 'setup.py', 'install', ...args.extra_args], pbr, args.dest)]
  const venv =
    args.virtualenv === undefined
      ? []
      : [run(args, 'virtualenv', ['sh', '-c', '[ -x "$2/bin/python" ] || exec "$1" -m venv "$2"', 'venv', args.python, args.virtualenv])]
  const { source } = state
  const commit = source.kind === 'clone' && source.head.startsWith(state.wanted.commit) ? source.head : state.wanted.commit
  return {
    what: `install ${args.dest} (${args.install})`,
    actions: [
      ...venv,
      ...(requirements.length === 0 ? [] : [run(args, 'requirements', [...pip, ...requirements], {}, args.dest)]),
      ...(args.install === 'none' ? [] : step),
      ...proof(args),
      run(args, 'stamp', ['sh', '-c', STAMP, 'stamp', args.dest, stampOf(args, 'HEAD')]),
    ],
    effects: [
      resource('git_install', args.dest, {
        kind: 'clone',
        head: commit,
        remote: args.repo,
        modified: false,
        stamp: stampOf(args, commit),
        proved: true,
      }),
    ],
  }
}

function pythonOf(args: GitInstallArguments): string {
  return args.virtualenv === undefined ? args.python : `${args.virtualenv}/bin/python`
}

/** Fails the task, and leaves no stamp, where the installed program is not the wanted one. */
function proof(args: GitInstallArguments): readonly RunAction[] {
  return args.prove === undefined ? [] : [run(args, 'prove', args.prove.argv)]
}

function run(
  args: GitInstallArguments,
  id: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): RunAction {
  const umask = typeof args.umask === 'number' ? args.umask : Number.parseInt(args.umask, 8)
  return { do: 'run', id, argv, env: { ...args.environment, ...env }, umask, cwd }
}

/** pip notes which folder it installed a distribution from (PEP 610). */
const UNINSTALL = `import importlib.metadata, json, subprocess, sys, urllib.request
url = 'file://' + urllib.request.pathname2url(sys.argv[1])
names = [each.metadata['Name'] for each in importlib.metadata.distributions() if json.loads(each.read_text('direct_url.json') or '{}').get('url') == url]
sys.exit(subprocess.call([sys.executable, '-m', 'pip', 'uninstall', '-y', '-q', *sys.argv[2:], *names]) if names else 0)`

/** The stamp's commit is what git says, also where a short one or a name was asked for. */
const STAMP = `h=$(git -c safe.directory='*' -C "$1" rev-parse HEAD) && printf '%s %s\\n' "$h" "\${2#HEAD }" >"$1/.git/stackrun-installed"`

/**
 * The exact commit alone where the server gives it, else everything. A tag comes along: pbr reads versions from it.
 * What another version was built into goes: its files would be installed too.
 */
const CHECKOUT = `set -e; d=$1 repo=$2 commit=$3 ref=$4 depth=$5
[ -d "$d/.git" ] || { mkdir -p "$d"; git init -q "$d"; }
cd "$d"
git() { command git -c safe.directory='*' -c advice.detachedHead=false "$@"; }
rm -f .git/stackrun-installed
if git config --get remote.origin.url >/dev/null; then git remote set-url origin "$repo"; else git remote add origin "$repo"; fi
case $ref in refs/tags/*) spec="+$ref:$ref" ;; '') spec=$commit ;; *) spec="+$ref:refs/remotes/origin/wanted" ;; esac
if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
  { [ "$depth" -gt 0 ] && git fetch -q --no-tags --depth "$depth" origin "$spec" 2>/dev/null && git cat-file -e "$commit^{commit}" 2>/dev/null; } ||
    { [ "$depth" -gt 0 ] && [ \${#commit} = 40 ] && git fetch -q --no-tags --depth "$depth" origin "$commit" 2>/dev/null; } ||
    why=$(git fetch -q --tags --force origin '+refs/heads/*:refs/remotes/origin/*' $([ -f .git/shallow ] && echo --unshallow) 2>&1) ||
    { echo "git cannot read $repo: $(printf '%s\\n' "$why" | sed -n 's/^fatal: //p' | head -n 1)" >&2; exit 1; }
  git cat-file -e "$commit^{commit}" 2>/dev/null || { echo "$repo has no commit $commit" >&2; exit 1; }
fi
git reset -q --hard
git checkout -q --force --detach "$commit"
git clean -q -fdx -- build '*.egg-info'
git rev-parse HEAD`
