import { quote } from '../base/quote.ts'
import type { Upload } from './session.ts'

/**
 * Shell text that writes (where `write` still has to), checks, secures and renames a temporary file over its path. On any
 * failure the temporary file goes and the old file stays.
 */
export function installScript(file: Upload, bytes: { readonly temporary: string; readonly size: number; readonly write: string }): string {
  const owner = `${file.owner ?? ''}${file.group === undefined ? '' : `:${file.group}`}`
  return `sr_to=${quote(file.path)} sr_tmp=${quote(bytes.temporary)} sr_size=${String(bytes.size)} sr_owner=${quote(owner)}
sr_mode=${file.mode === undefined ? '' : file.mode.toString(8)}
sr_install() {
  ${bytes.write} &&${INSTALL}}
sr_install || { rm -f "$sr_tmp"; false; }`
}

/** The `&&` chain of `sr_install`; what may fail without harm ends in `:`. */
const INSTALL = `
  { [ ! -d "$sr_to" ] || { echo "it is a directory" >&2; false; }; } &&
  sr_got=$(wc -c <"$sr_tmp") &&
  { [ "$sr_got" -eq "$sr_size" ] || { echo "$sr_got of $sr_size bytes arrived" >&2; false; }; } &&
  if [ -f "$sr_to" ] && [ ! -L "$sr_to" ]; then
    sr_old=$(stat -c '%u:%g %a' "$sr_to") &&
    { [ "$sr_old" = "$(stat -c '%u:%g' "$sr_tmp") \${sr_old#* }" ] || chown "\${sr_old% *}" "$sr_tmp" 2>/dev/null || chgrp "\${sr_old#*:}" "$sr_tmp" 2>/dev/null || :; } &&
    case $(ls -ld "$sr_to") in
      ??????????+*) { getfacl -p "$sr_to" | setfacl --set-file=- "$sr_tmp"; } 2>/dev/null || : ;;
    esac &&
    { [ ! -d /sys/fs/selinux ] || chcon --reference="$sr_to" "$sr_tmp" 2>/dev/null || :; } &&
    : "\${sr_mode:=\${sr_old#* }}"
  else
    : "\${sr_mode:=$(printf %o $((0666 & ~0$(umask))))}"
  fi &&
  { [ -z "$sr_owner" ] || chown "$sr_owner" "$sr_tmp"; } &&
  chmod "$sr_mode" "$sr_tmp" &&
  { sync "$sr_tmp" 2>/dev/null || :; } &&
  mv -f "$sr_tmp" "$sr_to" &&
  { [ ! -d /sys/fs/selinux ] || [ -n "$sr_old" ] || restorecon "$sr_to" 2>/dev/null || :; }
`
