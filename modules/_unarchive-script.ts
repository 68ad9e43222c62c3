import type { UnarchiveArgs } from './_unarchive-args.ts'

/** What is done with an archive that is on the host. */
export type Handling =
  /** Tells the members and what of them is not as the archive has it. */
  | 'look'
  /** Unpacks. */
  | 'unpack'
  /** Unpacks and sets attributes only where something is not so; says `same` where nothing was done. */
  | 'ensure'
  /** The same; the archive is taken away afterwards. */
  | 'ensure-once'
  | 'unpack-once'

/** The program and arguments for `sh`; the host needs GNU tar, or unzip. */
export function handlingArgv(how: Handling, src: string, dest: string, task: UnarchiveArgs): readonly string[] {
  const { owner = '', group, mode = '' } = task
  const principal = group === undefined ? owner : `${owner}:${group}`
  const settled = [...(owner === '' ? [] : ['o']), ...(group === undefined ? [] : ['g']), ...(mode === '' ? [] : ['m'])].join('')
  const lists = [task.extra_opts, task.exclude.map((each) => each.replace(/\/+$/, '')), task.include].map((list) => list.join('\n'))
  return ['sh', '-c', SCRIPT, 'unarchive', how, src, dest, principal, mode, settled, task.keep_newer ? 'newer' : '', ...lists]
}

/** Exit code of the script for what it refuses; its message is on stderr. */
export const REFUSED = 65

const SCRIPT = `how=$1 src=$2 dest=$3 principal=$4 mode=$5 settled=$6 newer=$7 extra=$8 exclude=$9; shift 9; include=$1
LC_ALL=C; export LC_ALL; set -f; IFS='
'
refuse() { printf '%s\\n' "$1" >&2; exit ${String(REFUSED)}; }
need() { command -v "$1" >/dev/null 2>&1 || refuse "there is no $1 on this host, which $src needs: install the package \${2:-$1}"; }
case $how in *-once) how=\${how%-once}; trap 'rm -f -- "$src"' EXIT; trap 'exit 129' HUP INT TERM ;; esac
[ -f "$src" ] || refuse "Source '$src' does not exist"
[ -s "$src" ] || refuse "Invalid archive '$src', the file is 0 bytes"
case $(head -c 6 <"$src" | od -An -tx1 | tr -d ' \\n') in
  504b0304*|504b0506*) kind=ZipArchive; need unzip ;;
  1f8b*) kind=TgzArchive; need gzip ;;
  425a68*) kind=TarBzipArchive; need bzip2 ;;
  fd377a585a00) kind=TarXzArchive; need xz xz-utils ;;
  28b52ffd*) kind=TarZstdArchive; need zstd ;;
  *) kind=TarArchive ;;
esac
if [ $kind != ZipArchive ]; then
  need tar
  case $(tar --version 2>/dev/null) in *'GNU tar'*) ;; *) refuse 'unarchive needs GNU tar on the host' ;; esac
fi
tar_() { tar "$@" -C "$dest" \${extra:+--show-transformed-names} $extra \${exclude:+$(printf -- '--exclude=%s\\n' $exclude)} -f "$src" -- $include; }
unzip_() { unzip "$@" "$src" $include \${exclude:+-x} $exclude; }
names() {
  if [ $kind = ZipArchive ]; then unzip_ -Z1; else l=$(tar_ --list --quoting-style=literal) && printf '%s\\n' "$l" | sed 's|^/*||; /^$/d'; fi
}
all() { printf '%s\\n' "$list"; printf '%s\\n' "$list" | sed -n 's|^\\([^/][^/]*\\)/.*|\\1|p' | sort -u; }
differences() {
  if [ ! -d "$dest" ]; then printf '%s\\n' "$list" | sed 's|$|: missing|'
  elif [ $kind = ZipArchive ]; then
    printf '%s\\n' "$list" | while read -r f; do
      p=$(printf '%s' "$f" | sed 's/[][*?\\\\]/\\\\&/g')
      case $f in */) [ -d "$f" ] || printf '%s: missing\\n' "$f" ; continue ;; esac
      if [ -h "$f" ]; then unzip -p "$src" "$p" | { read -r t; [ "$t" = "$(readlink -- "$f")" ]; }
      elif [ -n "$newer" ] && [ "$f" -nt "$src" ]; then :
      else unzip -p "$src" "$p" | cmp -s - "$f"; fi || printf '%s: Contents differ\\n' "$f"
    done
  else
    what='(Mod time differs|Warning: Cannot stat: No such file or directory|Invalid owner|Invalid group|Symlink differs|Contents differ|Size differs'
    if [ "$(id -u)" = 0 ]; then
      case $settled in *o*) ;; *) what="$what|Uid differs" ;; esac
      case $settled in *g*) ;; *) what="$what|Gid differs" ;; esac
    fi
    case $settled in *m*) ;; *) what="$what|Mode differs" ;; esac
    tar_ --diff 2>&1 | grep -v ': : Warning: Cannot stat' | grep -E ": $what|Not linked to .*)$" | sed 's/^tar: //'
  fi
}
attributes() { all | tr '\\n' '\\0' | xargs -0 -r stat -c %a:%u:%g:%n -- 2>/dev/null; }
settle() {
  [ -z "$principal" ] || all | tr '\\n' '\\0' | xargs -0 -r chown -h "$principal" -- || exit
  [ -z "$mode" ] || all | while read -r f; do [ -h "$f" ] || printf '%s\\000' "$f"; done | xargs -0 -r chmod "$mode" -- || exit
}
unpack() {
  if [ $kind = ZipArchive ]; then unzip_ -o \${newer:+-u} $extra -d "$dest"
  else tar_ --extract \${newer:+--keep-newer-files}; fi || exit
}
list=$(names) || refuse "cannot read the archive $src"
[ -n "$list" ] || refuse "found no files in archive $src"
if [ $how = look ]; then
  [ ! -d "$dest" ] || cd -- "$dest" || exit
  printf '%s\\n' $kind; printf '%s\\n' "$list" | sed 's/^/f /'; differences | sed 's/^/d /'
  exit 0
fi
cd -- "$dest" || exit
if [ $how = unpack ]; then unpack; settle
elif [ -n "$(differences)" ]; then unpack; settle
else
  was=$(attributes); settle
  [ "$was" != "$(attributes)" ] || echo same
fi`
