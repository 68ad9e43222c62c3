/**
 * Shell functions that a session defines once, before its first request. They keep to what dash, bash and busybox sh share, use
 * built-ins where a program would cost a fork, and touch no variable outside `sr_*` but PATH, which gets the sbin folders that
 * a login without a profile lacks.
 */
export const PRELUDE = `
case ":$PATH:" in *:/usr/sbin:*) ;; *) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH ;; esac

# Frame marks on both streams; sr_m is the mark. sr_e keeps the exit code of what ran before it.
sr_b() { printf '%sB%s 0\\n' "$sr_m" "$1"; printf '%sB%s 0\\n' "$sr_m" "$1" >&2; }
sr_e() { sr_rc=$?; printf '%sE%s %s\\n' "$sr_m" "$1" "$sr_rc"; printf '%sE%s 0\\n' "$sr_m" "$1" >&2; return "$sr_rc"; }

# Whether the run of this shell's process is gone: neither sshd nor a local run is above it any more, only what leads to another user, and
# then the first process of the system.
sr_leftover() {
  while [ "$1" -gt 1 ]; do
    { read -r sr_line <"/proc/$1/stat"; } 2>/dev/null || return 1
    sr_x=\${sr_line#*\\(}
    case \${sr_x%\\)*} in sh | dash | bash | ash | ksh* | busybox | sudo | su) ;; systemd) return 0 ;; *) return 1 ;; esac
    set -- \${sr_line##*) }
    shift
  done
}

# A program's path, without a fork. 1: not there.
sr_which() {
  case $1 in */*) [ -f "$1" ] && [ -x "$1" ] && printf '%s\\n' "$1"; return ;; esac
  sr_path=$PATH:
  while [ -n "$sr_path" ]; do
    sr_dir=\${sr_path%%:*}; sr_path=\${sr_path#*:}
    if [ -f "\${sr_dir:-.}/$1" ] && [ -x "\${sr_dir:-.}/$1" ]; then printf '%s\\n' "\${sr_dir:-.}/$1"; return 0; fi
  done
  return 1
}
sr_has() { sr_which "$1" >/dev/null; }

# Becomes the program; to be used in a subshell.
sr_exec() { sr_has "$1" || { printf '%s: not found\\n' "$1" >&2; exit 127; }; exec "$@"; }

# sr_stat n|f PATH...: a line with one letter a path (p there, l link, - absent, ! hidden by a folder's mode), then the stat lines of
# those that are there, then the targets of the links, each with a NUL behind it.
sr_stat() {
  sr_how=$1; shift; sr_map=
  for sr_p; do
    shift
    if [ "$sr_how" = n ] && [ -h "$sr_p" ]; then sr_map=$sr_map"l"; set -- "$@" "$sr_p"
    elif [ -e "$sr_p" ]; then sr_map=$sr_map"p"; set -- "$@" "$sr_p"
    elif sr_hidden "$sr_p"; then sr_map=$sr_map"!"
    else sr_map=$sr_map"-"; fi
  done
  printf '%s\\n' "$sr_map"
  [ $# -gt 0 ] || return 0
  sr_fmt=%f:%u:%g:%s:%Y:%X:%Z:%i:%d:%h:%U:%G
  if [ "$sr_how" = f ]; then stat -L -c "$sr_fmt" -- "$@"; else stat -c "$sr_fmt" -- "$@"; fi || return
  case $sr_map in *l*) ;; *) return 0 ;; esac
  for sr_p; do if [ -h "$sr_p" ]; then readlink -- "$sr_p"; printf '\\000'; fi; done
}

# Whether a path may exist in a folder that this user must not look into.
sr_hidden() {
  sr_d=$1
  while :; do
    case $sr_d in */*) sr_d=\${sr_d%/*} ;; *) return 1 ;; esac
    [ -n "$sr_d" ] || return 1
    if [ -d "$sr_d" ]; then [ ! -x "$sr_d" ]; return; fi
  done
}

# sr_sha256 PATH...: "HASH\\n" or "-\\n" for each.
sr_sha256() {
  for sr_p; do
    if [ ! -f "$sr_p" ]; then printf -- '-\\n'
    elif sr_has sha256sum; then sha256sum <"$sr_p" || printf '!\\n'
    elif sr_has shasum; then shasum -a 256 <"$sr_p" || printf '!\\n'
    else openssl dgst -r -sha256 <"$sr_p" || printf '!\\n'; fi
  done
}

# A line of a colon file whose first field is the name, by built-ins: sr_colon NAME FILE.
sr_colon() {
  [ -r "$2" ] || return 1
  while IFS= read -r sr_line || [ -n "$sr_line" ]; do
    case $sr_line in "$1":*) printf '%s\\n' "$sr_line"; return 0 ;; esac
  done <"$2"
  return 1
}
sr_getent() { if sr_has getent; then getent "$1" "$2"; else sr_colon "$2" "/etc/$1"; fi; }

# Rows of dpkg's database: the names, and all of it where one of them is not installed, for what provides it.
sr_dpkg() {
  sr_fmt='\${Package}\\t\${Architecture}\\t\${db:Status-Status}\\t\${Version}\\t\${Provides}\\n'
  sr_x=$(dpkg-query -W -f "$sr_fmt" -- "$@" 2>/dev/null); sr_rc=$?
  case $sr_rc$sr_x in 0*not-installed*|0*config-files*|[!0]*) dpkg-query -W -f "$sr_fmt" ;; *) printf '%s\\n' "$sr_x" ;; esac
}

# "EXISTS ACTIVE ENABLED" for each service, from init scripts, OpenRC or the unit files of a systemd that is not running.
sr_init_state() {
  for sr_p; do
    sr_x=0; sr_active=0; sr_on=0
    if [ -e "/etc/init.d/$sr_p" ]; then
      sr_x=1
      "/etc/init.d/$sr_p" status </dev/null >/dev/null 2>&1 && sr_active=1
      for sr_f in /etc/rc[2345].d/S??"$sr_p" /etc/runlevels/*/"$sr_p"; do [ -e "$sr_f" ] && sr_on=1; done
    fi
    for sr_d in /etc/systemd/system /usr/lib/systemd/system /lib/systemd/system; do [ -e "$sr_d/$sr_p.service" ] && sr_x=1; done
    for sr_f in /etc/systemd/system/*.wants/"$sr_p.service"; do [ -h "$sr_f" ] && sr_on=1; done
    printf '%s %s %s\\n' "$sr_x" "$sr_active" "$sr_on"
  done
}

# Hundredths of a second since some moment, for measuring.
sr_clock() {
  if read -r sr_up sr_x 2>/dev/null </proc/uptime; then sr_t=\${sr_up%.*}; sr_x=\${sr_up#*.}; sr_now=$((sr_t * 100 + 1$sr_x - 100))
  else sr_now=$(date +%s)00; fi
}
sr_sleep() { sleep "$1" 2>/dev/null || sleep "\${2:-1}"; }

# Whether HOST:PORT takes connections; without bash or nc only this machine's own listening ports can be seen.
sr_tcp() {
  if sr_has bash && sr_has timeout; then timeout "\${3:-5}" bash -c ': <"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
  elif sr_has nc; then nc -z -w "\${3:-5}" "$1" "$2" </dev/null >/dev/null 2>&1
  else sr_listening "$2"; fi
}
sr_listening() {
  sr_hex=$(printf '%04X' "$1")
  for sr_f in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$sr_f" ] || continue
    while read -r sr_x sr_local sr_x sr_state sr_x; do
      case $sr_local/$sr_state in *:$sr_hex/0A) return 0 ;; esac
    done <"$sr_f"
  done
  return 1
}

# Becomes the program in a session and process group of its own, whose number goes to descriptor 3.
sr_spawn() {
  sr_has "$1" || { printf '%s: not found\\n' "$1" >&2; exit 127; }
  if sr_has setsid; then exec setsid sh -c 'echo $$ >&3; exec "$@" 3>&-' sh "$@"; fi
  exec "$@" 3>&-
}
# The same as another user, who gets a command line: sr_spawn_as USER TEXT.
sr_spawn_as() {
  if sr_has runuser; then sr_spawn runuser -s /bin/sh "$1" -c "$2"; else sr_spawn su -s /bin/sh "$1" -c "$2"; fi
}
# Whether the process group has members left. Shells differ in what they take.
sr_left() { [ -n "$1" ] && { kill -0 "-$1" || kill -s 0 -- "-$1"; } 2>/dev/null; }

sr_die() { printf '%s\\n' "$1" >&2; exit 1; }

# Where a file that is written by its name really is, so that a link is written through: sr_real PATH follow|replace.
sr_real() {
  sr_p=$1
  case $sr_p in */*) ;; *) sr_p=./$sr_p ;; esac
  if [ "$2" = follow ] && [ -h "$sr_p" ]; then sr_p=$(readlink -f -- "$sr_p") || sr_die "the link leads nowhere"; fi
  [ ! -d "$sr_p" ] || [ -h "$sr_p" ] || sr_die "it is a directory"
  sr_dir=\${sr_p%/*}/
  [ -d "$sr_dir" ] || sr_die "the directory \${sr_dir%?} does not exist"
}

# sr_write PATH follow|replace inline|uploaded TEMPORARY MODE OWNER GROUP BACKUP VALIDATE KEEP: puts a whole file in place. The content
# is what the function sr_content prints, or what an upload left under the temporary name. With KEEP a file that has it already is left
# alone, and "same" is printed. Runs as a subshell, so traps stay inside.
sr_write() (
  sr_real "$1" "$2"
  sr_tmp=$sr_dir$4 sr_um=$(umask)
  trap 'rm -f -- "$sr_tmp"' EXIT
  trap 'exit 129' HUP INT TERM
  umask 077
  if [ "$3" = inline ]; then
    { sr_content >"$sr_tmp"; } 2>/dev/null || { sr_content 2>/dev/null | cat >"$sr_tmp"; } || exit 1
  fi
  if [ "\${10}" = keep ] && [ -f "$sr_p" ] && cmp -s -- "$sr_tmp" "$sr_p"; then echo same; exit 0; fi
  sr_attributes "$5" "$6" "$7" || exit 1
  [ -z "$9" ] || sr_validate "$9" || exit 1
  if [ "$8" = backup ] && [ -e "$sr_p" ]; then
    sr_copy=$sr_p.$$.$(date +%Y-%m-%d@%H:%M:%S)~
    cp -p -- "$sr_p" "$sr_copy" && printf '%s\\n' "$sr_copy" || exit 1
  fi
  sync "$sr_tmp" 2>/dev/null || sync
  if [ -h "$sr_p" ] && [ -d "$sr_p" ]; then rm -f -- "$sr_p"; fi
  mv -f -- "$sr_tmp" "$sr_p" || exit 1
  trap - EXIT
  if [ -z "$sr_old" ] && [ -e /sys/fs/selinux/enforce ] && sr_has restorecon; then restorecon "$sr_p" || :; fi
)

# Owner, group and mode of the temporary file: as given, else as the old file's, else the umask's. ACL and SELinux context of the old one stay.
sr_attributes() {
  sr_old=
  if [ -e "$sr_p" ]; then
    sr_x=$(stat -L -c %a:%u:%g -- "$sr_tmp" "$sr_p") || return 1
    sr_new=\${sr_x%%
*}
    sr_old=\${sr_x#*
}
    if [ "\${sr_old#*:}" != "\${sr_new#*:}" ]; then chown -- "\${sr_old#*:}" "$sr_tmp" 2>/dev/null || :; fi
    if sr_has getfacl && sr_has setfacl && [ -n "$(getfacl -cs -- "$sr_p" 2>/dev/null)" ]; then getfacl -cp -- "$sr_p" | setfacl --set-file=- "$sr_tmp"; fi
    if [ -e /sys/fs/selinux/enforce ] && sr_has chcon; then chcon --reference="$sr_p" "$sr_tmp" || :; fi
  fi
  [ -z "$2$3" ] || chown -- "$2\${3:+:$3}" "$sr_tmp" || return 1
  if [ -n "$1" ]; then chmod "$1" "$sr_tmp"
  elif [ -n "$sr_old" ]; then chmod "\${sr_old%%:*}" "$sr_tmp"
  else umask "$sr_um" && chmod =rw "$sr_tmp"; fi
}

# Runs the text with every %s replaced by the temporary file; what it says goes to stderr.
sr_validate() {
  sr_rest=$1 sr_text=
  while :; do
    case $sr_rest in *%s*) sr_text=$sr_text\${sr_rest%%%s*}$sr_tmp; sr_rest=\${sr_rest#*%s} ;; *) break ;; esac
  done
  sh -c "$sr_text$sr_rest" </dev/null >&2 && return
  sr_die "the new content was refused by: $1"
}
`
