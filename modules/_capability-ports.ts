import { type Sections, section } from './_capability-sections.ts'

export interface Listener {
  /** The systemd unit that the listening process belongs to; empty where it is none's. */
  readonly unit: string
  /** The process's name; empty where it cannot be seen. */
  readonly program: string
}

/**
 * Finds who listens on ports: the sockets' inodes in the kernel's tables, then the first process that has each open. Where none of
 * the ports is taken, nothing but the tables is read.
 */
export function portScript(ports: readonly number[]): string {
  if (ports.length === 0) return section('listeners')
  const wanted = ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')).join('|')
  return `${section('listeners')}
sr_x=; sr_map=
for sr_f in /proc/net/tcp /proc/net/tcp6; do
  [ -r "$sr_f" ] || continue
  while read -r sr_p sr_local sr_p sr_state sr_p sr_p sr_p sr_p sr_p sr_inode sr_p; do
    case $sr_state/\${sr_local##*:} in ${wanted
      .split('|')
      .map((port) => `0A/${port}`)
      .join('|')}) printf 'port %s %s\\n' "\${sr_local##*:}" "$sr_inode"; sr_x="$sr_x|$sr_inode" ;; esac
  done <"$sr_f"
done
if [ -n "$sr_x" ]; then
  ls -l /proc/[0-9]*/fd/ 2>/dev/null | grep -E "^/proc/|socket:.(\${sr_x#|})." | while read -r sr_p; do
    case $sr_p in
      /proc/*) sr_d=\${sr_p%/fd*} ;;
      *) sr_p=\${sr_p##*socket:?}; sr_p=\${sr_p%?}
        case $sr_map in *" $sr_p "*) continue ;; esac
        sr_map="$sr_map $sr_p "
        read -r sr_x <"$sr_d/comm"
        printf 'owner %s %s %s\\n' "$sr_p" "$(sed -n 's,.*/\\([^/]*\\.\\(service\\|socket\\|scope\\)\\).*,\\1,p' "$sr_d/cgroup" | head -n 1)" "$sr_x" ;;
    esac
  done
fi`
}

/** Who listens on each of the ports that are taken. */
export function listenersOf(answers: Sections): ReadonlyMap<number, Listener> {
  const rows = answers.lines('listeners').map((line) => line.split(' '))
  const owners = new Map(
    rows.filter(([kind]) => kind === 'owner').map(([, inode = '', unit = '', ...rest]) => [inode, { unit, program: rest.join(' ') }]),
  )
  const found = new Map<number, Listener>()
  for (const [kind, port = '', inode = ''] of rows) {
    if (kind !== 'port') continue
    const number = Number.parseInt(port, 16)
    const owner = owners.get(inode) ?? { unit: '', program: '' }
    if (found.get(number)?.program === undefined || found.get(number)?.program === '') found.set(number, owner)
  }
  return found
}
