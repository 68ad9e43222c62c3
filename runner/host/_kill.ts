/**
 * Shell text that kills a shell and all it started: its descendants, and everything in the sessions that those lead.
 * The shell goes first, or it would carry on with the next command of its script. TERM, and KILL after two seconds.
 * Only the shell's own builtins are used to look, since the host may be short of everything else. All processes are read
 * twice only: a busy host has thousands.
 */
export function killTreeScript(pid: number): string {
  return killTreeOf(String(pid))
}

/** The same for a process whose number is a shell word: `"$sr_pid"`. */
export function killTreeOf(word: string): string {
  return `sr_root=${word}\n${KILL_TREE}`
}

const KILL_TREE = `
sr_table() {
  sr_processes=
  for sr_file in /proc/[0-9]*/stat; do
    { read -r sr_line <"$sr_file"; } 2>/dev/null || continue
    sr_pid=\${sr_line%% *}
    set -- \${sr_line##*) }
    [ "$1" = Z ] || sr_processes="$sr_processes $sr_pid:$2:$4"
    [ "$sr_pid" != "$sr_root" ] || sr_root_session=$4
  done
}
sr_tree() {
  sr_grew=1
  while [ "$sr_grew" = 1 ]; do
    sr_grew=0
    for sr_entry in $sr_processes; do
      sr_pid=\${sr_entry%%:*} sr_session=\${sr_entry##*:} sr_parent=\${sr_entry#*:} sr_hit=
      case $sr_found in *" $sr_pid "*) continue ;; esac
      case $sr_found in *" \${sr_parent%:*} "*) sr_hit=1 ;; esac
      case $sr_sessions in *" $sr_session "*) sr_hit=1 ;; esac
      [ "$sr_hit" = 1 ] || continue
      sr_found="$sr_found$sr_pid " sr_grew=1
      case $sr_session in 0 | "$sr_root_session") ;; *) sr_sessions="$sr_sessions$sr_session " ;; esac
    done
  done
}
sr_alive() {
  for sr_pid in $sr_found; do
    { read -r sr_line </proc/$sr_pid/stat; } 2>/dev/null || continue
    set -- \${sr_line##*) }
    [ "$1" = Z ] || return 0
  done
  return 1
}
sr_found=" $sr_root " sr_sessions=' ' sr_root_session=
sr_table
sr_tree
kill -KILL $sr_root 2>/dev/null
for sr_pid in $sr_found; do kill -TERM $sr_pid; kill -CONT $sr_pid; done 2>/dev/null
sr_gone() {
  sr_turn=0
  while sr_alive; do
    [ $sr_turn -lt "$1" ] || return 1
    sleep 0.1 2>/dev/null || { sleep 1; sr_turn=$((sr_turn + 9)); }
    sr_turn=$((sr_turn + 1))
  done
}
sr_gone 20
sr_table
sr_tree
kill -KILL $sr_found 2>/dev/null
sr_gone 20
`
