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
  dpkg-query -W -f "$sr_fmt" -- "$@" 2>/dev/null || dpkg-query -W -f "$sr_fmt"
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
`
