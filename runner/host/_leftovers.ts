/** Arguments of every standing shell: its script comes on standard input, and the word tells it from other shells. */
export const STANDING = ['-s', 'stackrun-session'] as const

/** How long another run's leftovers are waited for; milliseconds. */
export const LEFTOVERS_BOUND = 900_000

/** How long that is not worth a word: the shell of a run that has just ended needs a moment to end; milliseconds. */
export const LEFTOVERS_SILENCE = 2_000

/**
 * Shell text that prints, for each standing shell whose run is gone, what it is at: `apt-get (process 4242)`. A program that a killed or
 * disconnected run has started goes on, with its shell above it: an installation, a migration. Processes of a container, which has its
 * own, are not this host's.
 */
export const LEFTOVERS = `
sr_doing() {
  sr_p=$1 sr_n=sh
  while :; do
    sr_x=
    { read -r sr_x sr_y <"/proc/$sr_p/task/$sr_p/children"; } 2>/dev/null
    [ -n "$sr_x" ] || break
    sr_p=$sr_x
    { read -r sr_n <"/proc/$sr_p/comm"; } 2>/dev/null
    case $sr_n in sh | dash | bash | ash | ksh* | busybox | sudo | su) ;; *) break ;; esac
  done
  printf '%s (process %s)\\n' "$sr_n" "$sr_p"
}
sr_own() {
  while read -r sr_x sr_y; do
    case $sr_x in NSpid:) case $sr_y in *[!0-9]*) return 1 ;; esac ;; esac
  done <"/proc/$1/status"
} 2>/dev/null
for sr_f in $(grep -las 'stackrun-sessio[n]' /proc/[0-9]*/cmdline); do
  sr_f=\${sr_f#/proc/} sr_f=\${sr_f%/cmdline}
  ! sr_own "$sr_f" || ! sr_leftover "$sr_f" || sr_doing "$sr_f"
done
:`
