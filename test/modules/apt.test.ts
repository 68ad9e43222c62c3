import { spawnSync } from 'node:child_process'
import test from 'ava'
import { aptArguments, aptGet } from '../../modules/_apt.ts'
import apt from '../../modules/apt.ts'
import { runModule } from '../_harness/module.ts'

test('packages that are installed cost one round trip', async (t) => {
  const run = await runModule(apt, { name: ['dpkg', 'bash'] })
  t.is(run.status, 'ok')
  t.is(run.roundTrips, 1)
})

test('a package that no source has is a failure with a hint', async (t) => {
  const run = await runModule(apt, { name: 'no-such-package-anywhere' })
  t.is(run.status, 'failed')
  t.regex(run.failure ?? '', /No package matching 'no-such-package-anywhere' is available/)
})

test('a temporary policy-rc.d is written before the program and gone after it', (t) => {
  const action = aptGet(aptArguments.parse({ name: 'x', policy_rc_d: 101 }), 'install', 'install', ['x'])
  const script = (action.argv[2] ?? '').replace('/usr/sbin/policy-rc.d', '"$POLICY"')
  const folder = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim()
  const env = { ...process.env, POLICY: `${folder}/policy-rc.d` }
  const look = [
    'sh',
    '-c',
    `printf old >"$POLICY"; sh -c "$0" policy 101 sh -c 'sh "$POLICY"; echo "code $?"; exit 7'; echo "rc $? $(cat "$POLICY")"; ls ${folder} | wc -l; rm -r ${folder}`,
    script,
  ]
  t.is(spawnSync(look[0] ?? '', look.slice(1), { encoding: 'utf8', env }).stdout.replace(/ +(?=\d+\n$)/, ''), 'code 101\nrc 7 old\n1\n')
})
