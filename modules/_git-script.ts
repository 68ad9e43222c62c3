import { addressOf, type GitArgs } from './_git-args.ts'

/** Asks git about the clone and the server, in one go: lines `KEY VALUE`, then those of `ls-remote`. */
export function lookArgv(task: GitArgs): readonly string[] {
  return ['sh', '-c', LOOK, 'git', ...common(task), task.clone ? 'clone' : '', task.update ? 'update' : '']
}

/** Clones or updates, switches to the version, and tells the commit that is checked out then. */
export function changeArgv(task: GitArgs): readonly string[] {
  const { depth = 0, refspec = '', reference = '' } = task
  const flags = [
    String(depth),
    refspec,
    reference,
    ...[task.single_branch, task.force, task.verify_commit].map((flag) => (flag ? 'yes' : '')),
  ]
  return ['sh', '-c', CHANGE, 'git', ...common(task), ...flags]
}

function common(task: GitArgs): readonly string[] {
  const { executable = 'git', dest = '', version, remote } = task
  return [executable, dest, addressOf(task), version, remote, task.bare ? 'yes' : '', task.recursive ? 'yes' : '']
}

/** Exit code where there is no git. */
export const NO_GIT = 127

const COMMON = `git=$1 dest=$2 repo=$3 version=$4 remote=$5 bare=$6 recursive=$7; shift 7
command -v "$git" >/dev/null 2>&1 || exit ${String(NO_GIT)}
branch() { "$git" symbolic-ref -q --short HEAD || "$git" symbolic-ref -q --short "refs/remotes/$remote/HEAD" | sed "s|^$remote/||"; }
there() { if [ -n "$bare" ]; then [ -f "$dest/config" ]; else [ -e "$dest/.git" ]; fi; }
`

const LOOK = `${COMMON}clone=$1 update=$2 names=
if [ -n "$dest" ] && there; then
  cd -- "$dest" || exit
  echo 'kind repository'
  said=$("$git" rev-parse -q --verify HEAD 2>&1) && printf 'head %s\\n' "$said" || printf 'trouble %s\\n' "$said"
  if [ -z "$bare" ] && "$git" status --porcelain --untracked-files=no 2>/dev/null | grep -q .; then echo 'modified yes'; fi
  printf 'url %s\\n' "$("$git" ls-remote --get-url "$remote")"
  printf 'commit %s\\n' "$("$git" rev-parse -q --verify "$version^{commit}" 2>/dev/null)"
  if [ -n "$recursive" ] && [ -z "$bare" ] && [ -f .gitmodules ]; then "$git" submodule status 2>/dev/null | sed -n 's/^[^ ].*/submodule &/p'; fi
  [ -n "$update" ] || exit 0
  [ "$version" != HEAD ] || names=refs/heads/$(branch)
else
  echo 'kind absent'
fi
if [ -z "$names" ]; then
  if [ "$version" = HEAD ]; then names=HEAD; else set -- "refs/heads/$version" "refs/tags/$version" "refs/tags/$version^{}"; fi
fi
if [ -n "$names" ]; then set -- "$names"; fi
printf 'asked %s\\n' "$1"
refs=$("$git" ls-remote "$repo" "$@" </dev/null) || exit 66
printf '%s\\n' "$refs" | sed -n '/./s/^/ref /p'`

/** The steps of ansible.builtin.git, in its order. */
const CHANGE = `${COMMON}depth=$1 refspec=$2 reference=$3 single=$4 force=$5 verify=$6
fail() { printf '%s\\n' "$1" >&2; exit 1; }
[ "$depth" != 0 ] || depth=
has() { [ -n "$("$git" ls-remote "$repo" "$1" </dev/null)" ]; }
kind=commit
if [ "$version" != HEAD ]; then if has "refs/heads/$version"; then kind=branch; elif has "refs/tags/$version"; then kind=tag; fi; fi
named=; [ $kind = commit ] || named=$version
if there; then
  cd -- "$dest" || exit
  if [ -n "$force" ] && [ -z "$bare" ]; then "$git" reset -q --hard HEAD || exit; fi
  if [ "$("$git" ls-remote --get-url "$remote")" != "$repo" ]; then "$git" remote set-url "$remote" "$repo" || exit; fi
  set --
  if [ -n "$depth" ]; then
    now=$(branch)
    if [ -n "$refspec" ]; then set -- "$refspec"
    elif [ "$version" = HEAD ]; then set -- "$now"
    elif [ $kind = branch ]; then
      [ "$now" = "$version" ] || set -- "+refs/heads/$version:refs/heads/$version"
      set -- "$@" "+refs/heads/$version:refs/remotes/$remote/$version"
    elif [ $kind = tag ]; then set -- "+refs/tags/$version:refs/tags/$version"
    fi
  fi
  if [ $# -gt 0 ]; then "$git" fetch -q --depth "$depth" \${force:+--force} "$remote" "$@" </dev/null
  elif [ -n "$bare" ]; then "$git" fetch -q \${force:+--force} "$remote" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' $refspec </dev/null
  else "$git" fetch -q --tags \${force:+--force} "$remote" $refspec </dev/null; fi || fail 'Failed to download remote objects and refs'
else
  mkdir -p -- "$(dirname -- "$dest")" || exit
  set --
  if [ -n "$bare" ]; then set -- --bare; else set -- --origin "$remote"; fi
  if [ -n "$depth" ]; then
    if [ "$version" = HEAD ] || [ -n "$refspec" ]; then set -- "$@" --depth "$depth"
    elif [ -n "$named" ]; then set -- "$@" --depth "$depth" --branch "$named"; fi
  fi
  [ -z "$reference" ] || set -- "$@" --reference "$reference"
  [ -z "$single" ] || set -- "$@" --single-branch \${named:+--branch "$named"}
  "$git" clone -q "$@" -- "$repo" "$dest" </dev/null || exit
  cd -- "$dest" || exit
  if [ -n "$bare" ] && [ "$remote" != origin ]; then "$git" remote add "$remote" "$repo" || exit; fi
  if [ -n "$refspec" ]; then "$git" fetch -q \${depth:+--depth "$depth"} "$remote" "$refspec" </dev/null || exit; fi
fi
local_branch() { "$git" show-ref -q --verify "refs/heads/$version"; }
if [ -z "$bare" ]; then
  if [ "$version" = HEAD ]; then
    now=$(branch); [ -z "$now" ] || { "$git" checkout -q --force "$now" -- && "$git" reset -q --hard "$remote/$now" --; }
  elif [ $kind = branch ]; then
    if [ -n "$depth" ] && ! local_branch; then
      "$git" fetch -q --depth="$depth" "$remote" "+refs/heads/$version:refs/heads/$version" "+refs/heads/$version:refs/remotes/$remote/$version" </dev/null || exit
    fi
    if local_branch; then "$git" checkout -q --force "$version" -- && "$git" reset -q --hard "$remote/$version" --
    else "$git" checkout -q --track -b "$version" "$remote/$version"; fi
  else "$git" -c advice.detachedHead=false checkout -q --force "$version" --; fi || fail "Failed to checkout $version"
  if [ -n "$verify" ]; then
    how=verify-commit; [ "$("$git" cat-file -t "$version")" != tag ] || how=verify-tag
    "$git" $how "$version" || fail "Failed to verify GPG signature of commit/tag \\"$version\\""
  fi
  if [ -n "$recursive" ] && [ -f .gitmodules ]; then
    "$git" submodule -q sync && "$git" submodule -q update --init --recursive \${force:+--force} </dev/null || fail 'Failed to init/update submodules'
  fi
fi
"$git" rev-parse HEAD`
