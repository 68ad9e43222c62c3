import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { LEFTOVERS, LEFTOVERS_SILENCE } from '../../runner/host/_leftovers.ts'
import { PRELUDE } from '../../runner/host/prelude.ts'

const exec = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')

/** Processes that nobody else sees: another test's sessions must not wait for them. */
const APART = ['unshare', '--pid', '--fork', '--mount-proc', 'sh'] as const
const can = await exec(APART[0], [...APART.slice(1), '-c', ':']).then(
  () => true,
  () => false,
)
const apart = can ? test : test.skip

apart('a session whose run is gone is found as long as it works, through what leads to another user too', async (t) => {
  const script = `
left() { echo "$1: $( ( ${LEFTOVERS}
) | wc -l)"; }
left before
( echo 'sleep 1; :' | setsid sh -s stackrun-session & )
sleep 0.3; left working
sleep 1.2; left after`
  t.deepEqual(await lines(script), ['before: 0', 'working: 1', 'after: 0'])
})

apart("one in a container of the host is the container's", async (t) => {
  const script = `
( echo 'sleep 1; :' | unshare --pid --fork --mount-proc sh -c 'setsid -f sh -s stackrun-session; exec sleep 1' & )
sleep 0.5
echo "$(pgrep -fc '^sh -s stackrun-sessio[n]') runs, found: $( ( ${LEFTOVERS}
) | wc -l)"
wait`
  t.deepEqual(await lines(script), ['1 runs, found: 0'])
})

apart('a session of a run that goes on is none, nor is a job', async (t) => {
  const script = `
'${process.execPath}' -e "require('child_process').spawn('sh', ['-s', 'stackrun-session'], { stdio: 'pipe' }).stdin.end('sleep 1; :')" &
( echo 'sleep 1; :' | setsid sh -s & )
sleep 0.5
echo "found: $( ( ${LEFTOVERS}
) | wc -l)"
wait`
  t.deepEqual(await lines(script), ['found: 0'])
})

apart('what is waited for is named, with its process, when the wait is worth a word', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-leftovers-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  const script = `
( echo 'while [ ! -e ${folder}/end ]; do (sleep 0.2; :); done' | setsid sh -s stackrun-session & )
'${process.execPath}' --no-warnings --import ${ROOT}/test/_loader.mjs --input-type=module -e '${OPENS_SESSION}' ${folder}/end`
  const [warning, waited, ...more] = await lines(script)
  t.regex(warning ?? '', /^here: waits for what an earlier run, which was cut short, has left running there: \w+ \(process \d+\)$/)
  t.true(Number(waited) >= LEFTOVERS_SILENCE, waited)
  t.deepEqual(more, ['open'])
})

/** Prints the warnings of a session that is opened here, and after how many milliseconds each came; with the first one the leftovers may end. */
const OPENS_SESSION = `
import { writeFileSync } from "node:fs"
import { connect } from "${ROOT}/runner/host/connect.ts"
import { PRELUDE } from "${ROOT}/runner/host/prelude.ts"
const begun = Date.now()
const warn = (message) => {
  console.log(message)
  console.log(Date.now() - begun)
  writeFileSync(process.argv[1], "")
}
const connection = await connect(
  { name: "here", kind: "local", shell: "/bin/sh", connectTimeout: 10000 },
  { prelude: PRELUDE, signal: new AbortController().signal, warn },
)
await connection.session(undefined)
console.log("open")
await connection.close()
`

/** The script comes on standard input: in a command line it would be found itself. */
async function lines(script: string): Promise<readonly string[]> {
  const [file, ...argv] = APART
  const running = exec(file, argv)
  running.child.stdin?.end(`${PRELUDE}\n${script}`)
  return (await running).stdout.trim().split('\n')
}
