import { printfFormat, quote } from '../base/quote.ts'
import { killTreeOf } from './_kill.ts'
import { PRELUDE } from './prelude.ts'
import { quotePath } from './probes/path.ts'

/** Scripts that go on without the controller, one after the other up to the first that fails. */
export interface DetachedJob {
  /** The folder of jobs on the host; a leading `~` is the host's. */
  readonly folder: string
  readonly id: string
  /** Seconds; then everything that the job started is killed. */
  readonly limit: number
  readonly steps: readonly JobStep[]
  /** What is known of the result beforehand: the members of a JSON object, without braces. */
  readonly known: string
}

export interface JobStep {
  readonly script: string
  /** A pattern of `case` for the exit codes that are a success. */
  readonly ok: string
}

/** How many bytes of each stream go into the result. */
const KEPT = 16 * 1024 * 1024

/**
 * Starts a job; prints the path of its result file. The job's text reaches its shell on a pipe, so that nothing of it is in a
 * command line or a file. It leads a session of its own and closes all that it has of the connection.
 */
export function startJob(job: DetachedJob): string {
  const first = JSON.stringify({ started: true, finished: false, ansible_job_id: job.id })
  return `( sr_um=$(umask); umask 077
mkdir -p ${quotePath(`${job.folder}/${job.id}.d`)} && cd ${quotePath(job.folder)} || exit 1
printf '%s' ${quote(first)} >${job.id} || exit 1
printf '%s/%s' "$PWD" ${job.id}
umask "$sr_um"; cd "$OLDPWD"
{ printf ${printfFormat(Buffer.from(jobText(job), 'utf8'))} | if sr_has setsid; then exec setsid sh -s; else exec sh -s; fi; } >/dev/null 2>&1 & )`
}

/** Leaves the result of what was done already, as a job leaves it. */
export function writeJobResult(folder: string, id: string, json: string): string {
  return `( umask 077; mkdir -p ${quotePath(folder)} && cd ${quotePath(folder)} || exit 1
printf ${printfFormat(Buffer.from(json, 'utf8'))} >${id}.tmp && mv -f ${id}.tmp ${id} && printf '%s/%s' "$PWD" ${id} )`
}

/** Prints the result file's path and, below it, what it holds; 3 where there is no such job. */
export function readJob(folder: string, id: string): string {
  const file = quotePath(`${folder}/${id}`)
  return `( printf '%s\\n' ${file}; [ -f ${file} ] || exit 3; cat -- ${file} )`
}

/** Prints for each step of a job that has begun: exit code (empty where it was killed), times, sizes of its streams, and the streams. */
export function readJobSteps(folder: string, id: string): string {
  return `( cd ${quotePath(`${folder}/${id}.d`)} || exit 3
sr_bytes() { head -c ${String(KEPT)} "$1"; }
sr_n=0; while [ -e "out.$sr_n" ]; do
sr_x=; [ ! -e "rc.$sr_n" ] || read -r sr_x sr_y <"rc.$sr_n"
sr_a=; read -r sr_a <"begin.$sr_n"; sr_z=$sr_a; [ ! -e "end.$sr_n" ] || read -r sr_z <"end.$sr_n"
printf '%s|%s|%s|%s|%s\\n' "$sr_x" "$sr_a" "$sr_z" "$(sr_bytes "out.$sr_n" | wc -c)" "$(sr_bytes "err.$sr_n" | wc -c)"
sr_bytes "out.$sr_n"; sr_bytes "err.$sr_n"
sr_n=$((sr_n + 1)); done )`
}

/** Removes what a job left; 3 where there is none. */
export function removeJob(folder: string, id: string): string {
  return `( cd ${quotePath(folder)} 2>/dev/null && [ -f ${quote(id)} ] || exit 3
rm -rf -- ${quote(id)} ${quote(`${id}.d`)} && printf '%s/%s\\n' "$PWD" ${quote(id)} )`
}

/** All of it is one compound command: the shell has read it to its end before it does anything. */
function jobText({ folder, id, limit, steps, known }: DetachedJob): string {
  return `{
${PRELUDE}
trap '' HUP
sr_home=$(cd ${quotePath(folder)} && pwd) || exit 1
sr_d=$sr_home/${id}.d
${RESULT}
sr_work() {
sr_go=1
${steps.map(stepText).join('\n')}
}
sr_work & sr_w=$!
( trap 'kill "$sr_s" 2>/dev/null; exit 0' TERM
sleep ${String(limit)} & sr_s=$!
wait "$sr_s"
: >"$sr_d/late"
${killTreeOf('"$sr_w"')}
) & sr_t=$!
wait "$sr_w"
if [ -e "$sr_d/late" ]; then wait "$sr_t"; else kill -TERM "$sr_t"; fi
umask 077
sr_result ${quote(known)} >"$sr_d/result" && mv -f "$sr_d/result" "$sr_home/${id}"
} </dev/null >/dev/null 2>&1
`
}

function stepText({ script, ok }: JobStep, n: number): string {
  return `if [ $sr_go = 1 ]; then
sr_time >"$sr_d/begin.${String(n)}"
( ${script}
) >"$sr_d/out.${String(n)}" 2>"$sr_d/err.${String(n)}"
sr_rc=$?; sr_time >"$sr_d/end.${String(n)}"
case $sr_rc in ${ok}) sr_good=1 ;; *) sr_go=0 sr_good=0 ;; esac
printf '%s %s\\n' "$sr_rc" "$sr_good" >"$sr_d/rc.${String(n)}"
fi`
}

/** Control characters that JSON writes as \\uXXXX, as commands of sed. */
const CONTROLS = Array.from({ length: 31 }, (_, at) => at + 1)
  .filter((code) => ![9, 10, 13].includes(code))
  .map((code) => `s/${String.fromCharCode(code)}/\\\\u${code.toString(16).padStart(4, '0')}/g`)
  .join(';')

/**
 * The result as Ansible's modules leave it, written with what every POSIX host has. The text of a stream ends before its last
 * newlines. Times go to hundredths of a second at least.
 */
const RESULT = String.raw`
sr_time() { sr_clock; date "+%Y-%m-%d %H:%M:%S.%N;%s;$sr_now"; }
sr_json() {
  head -c ${String(KEPT)} "$1" | tr -d '\000' | LC_ALL=C sed 's/\\/\\\\/g;s/"/\\"/g;s/	/\\t/g;s/${'\r'}/\\r/g;${CONTROLS}' |
    LC_ALL=C sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | LC_ALL=C sed '$!s/$/\\n/' | tr -d '\n'
}
sr_stamp() {
  sr_x=${'${1%%;*}'}
  case ${'${sr_x##*.}'} in *[!0-9]*|'') sr_x=${'${sr_x%.*}'}.000000 ;; *) sr_x=${'${sr_x%???}'} ;; esac
  printf %s "$sr_x"
}
sr_delta() { sr_x=$(($2 - $1)); printf '%d:%02d:%02d.%02d0000' $((sr_x / 360000)) $((sr_x / 6000 % 60)) $((sr_x / 100 % 60)) $((sr_x % 100)); }
sr_result() {
  sr_n=0; while [ -e "$sr_d/out.$((sr_n + 1))" ]; do sr_n=$((sr_n + 1)); done
  sr_rc= sr_good=0; [ ! -e "$sr_d/rc.$sr_n" ] || read -r sr_rc sr_good <"$sr_d/rc.$sr_n"
  read -r sr_a <"$sr_d/begin.$sr_n"; sr_z=$sr_a
  if [ -e "$sr_d/end.$sr_n" ]; then read -r sr_z <"$sr_d/end.$sr_n"; fi
  if [ -e "$sr_d/late" ]; then sr_end='"failed": true, "msg": "Timeout exceeded", "child_pid": '$sr_w
  elif [ -z "$sr_rc" ]; then sr_end='"failed": true, "msg": "the job was killed"'
  elif [ "$sr_good" = 0 ] || [ "$sr_rc" != 0 ]; then sr_end='"failed": true, "msg": "non-zero return code"'
  else sr_end='"msg": ""'; fi
  sr_x=; [ -z "$sr_rc" ] || sr_x='"rc": '$sr_rc', '
  printf '{%s"changed": true, %s"stdout": "' "$1" "$sr_x"; sr_json "$sr_d/out.$sr_n"
  printf '", "stderr": "'; sr_json "$sr_d/err.$sr_n"
  printf '", "start": "%s", "end": "%s", "delta": "%s", %s}' "$(sr_stamp "$sr_a")" "$(sr_stamp "$sr_z")" "$(sr_delta "${'${sr_a##*;}'}" "${'${sr_z##*;}'}")" "$sr_end"
}
`
