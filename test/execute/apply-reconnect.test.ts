import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { lazySession } from '../../runner/execute/_lazy-session.ts'
import { type Applied, applyChanges } from '../../runner/execute/apply.ts'
import { httpOver } from '../../runner/host/http.ts'
import type { Session } from '../../runner/host/session.ts'
import type { Action, ReconnectAction } from '../../runner/module/change.ts'
import { withLocalMachine } from '../_harness/local.ts'

const folder = mkdtempSync(join(tmpdir(), 'reconnect-'))
const at = (name: string): string => join(folder, name)
test.after.always(() => rmSync(folder, { recursive: true }))

/** A host that is away for the first tries. */
async function apply(actions: readonly Action[], away: number): Promise<Applied & { readonly tries: number }> {
  return withLocalMachine('dash', async ({ session, connection }) => {
    let tries = 0
    let standing: Session | undefined = session
    const target = {
      session: lazySession(() => (standing === undefined ? Promise.reject(gone()) : Promise.resolve(standing))),
      connection: () => Promise.resolve(connection),
      httpOver,
      signal: new AbortController().signal,
      env: {},
      async reconnect() {
        tries += 1
        standing = undefined
        if (tries <= away) throw gone()
        standing = await connection.session(undefined)
      },
    }
    const applied = await applyChanges([{ what: 'test', actions }], target)
    return { ...applied, tries }
  })
}

function gone(): RunnerError {
  return new RunnerError('unreachable', 'web1: nobody there')
}

function reconnect(more: Partial<ReconnectAction> = {}): ReconnectAction {
  return { do: 'reconnect', id: 'back', delay: 0, timeout: 5_000, interval: 20, script: 'echo here', purpose: 'wait for the host', ...more }
}

test('it tries until the host is there; what comes after goes over the new connection', async (t) => {
  const applied = await apply([reconnect(), { do: 'run', argv: ['echo', 'after'] }], 3)
  t.deepEqual(
    applied.outcomes.map(({ ok, stdout }) => [ok, stdout]),
    [
      [true, 'here\n'],
      [true, 'after\n'],
    ],
  )
  t.is(applied.tries, 4)
})

test('a host that does not come back in time fails with what was last seen', async (t) => {
  const applied = await apply([reconnect({ timeout: 200 }), { do: 'run', argv: ['touch', at('never')] }], 1000)
  t.is(applied.failed?.message, 'wait for the host: not within 0.2 s: web1: nobody there')
  t.is(applied.outcomes.length, 1)
})

test('the script decides whether it is the host that was waited for', async (t) => {
  writeFileSync(at('boot'), 'one\n')
  const script = `cat ${at('boot')}`
  const same = await apply([reconnect({ timeout: 200, script, unlike: 'one\n' })], 0)
  t.regex(same.failed?.message ?? '', /it is still as it was/)
  const other = await apply([reconnect({ script: `echo two >${at('boot')}; ${script}`, unlike: 'one\n' })], 0)
  t.like(other.outcomes[0], { ok: true, stdout: 'two\n' })
})

test('a host that refuses to leave fails at once; one that takes the connection along does not', async (t) => {
  const refused = await apply([reconnect({ leave: 'echo "no, never" >&2; (exit 1)' })], 0)
  t.deepEqual([refused.failed?.message, refused.tries], ['cannot wait for the host: no, never', 0])
  const left = await apply([reconnect({ leave: `echo left >${at('left')}; kill -9 $$` })], 1)
  t.deepEqual([left.failed?.message, left.tries], [undefined, 2])
  t.is(readFileSync(at('left'), 'utf8'), 'left\n')
})
