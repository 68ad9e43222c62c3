/** Arguments of every standing shell: its script comes on standard input, and the word tells it from other shells. */
export const STANDING = ['-s', 'stackrun-session'] as const

/** How long another run's leftovers are waited for; milliseconds. */
export const LEFTOVERS_BOUND = 900_000

/**
 * Shell text that prints the process ids of standing shells whose run is gone. A program that a killed or disconnected run has
 * started goes on, with its shell above it: an installation, a migration. Processes of a container, which has its own, are not this host's.
 */
export const LEFTOVERS = `
sr_own() {
  while read -r sr_x sr_y; do
    case $sr_x in NSpid:) case $sr_y in *[!0-9]*) return 1 ;; esac ;; esac
  done <"/proc/$1/status"
} 2>/dev/null
for sr_f in $(grep -las 'stackrun-sessio[n]' /proc/[0-9]*/cmdline); do
  sr_f=\${sr_f#/proc/} sr_f=\${sr_f%/cmdline}
  ! sr_own "$sr_f" || ! sr_leftover "$sr_f" || printf '%s\\n' "$sr_f"
done
:`
