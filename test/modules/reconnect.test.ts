import test from 'ava'
import reboot from '../../modules/reboot.ts'
import waitForConnection from '../../modules/wait_for_connection.ts'
import { type Change, Failure } from '../../runner/module/index.ts'

/** How long one try to connect may take: a busy host needs more than a few seconds for its handshake. */

test('a try to connect takes as long as the connection allows, unless the task says otherwise', (t) => {
  t.deepEqual(
    [reboot.plan('before', reboot.args.parse({})), waitForConnection.plan(undefined, waitForConnection.args.parse({}))].map(triesOf),
    [[undefined], [undefined]],
  )
  const args = { connect_timeout: 7 }
  t.deepEqual(
    [reboot.plan('before', reboot.args.parse(args)), waitForConnection.plan(undefined, waitForConnection.args.parse(args))].map(triesOf),
    [[7000], [7000]],
  )
})

function triesOf(plan: readonly Change[] | Failure): readonly (number | undefined)[] {
  if (plan instanceof Failure) return []
  return plan.flatMap(({ actions }) => actions.flatMap((action) => (action.do === 'reconnect' ? [action.connectTimeout] : [])))
}
