import { spawnSync } from 'node:child_process'
import test from 'ava'
import { aptArguments, aptChange, aptGet } from '../../modules/_apt.ts'
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

test('one that a host which died has left is not kept, and what it had set aside is put back', (t) => {
  const action = aptGet(aptArguments.parse({ name: 'x', policy_rc_d: 101 }), 'install', 'install', ['x'])
  const script = (action.argv[2] ?? '').replace('/usr/sbin/policy-rc.d', '"$POLICY"')
  const folder = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim()
  const env = { ...process.env, POLICY: `${folder}/policy-rc.d` }
  const look = `printf old >"$POLICY"; sh -c "$0" policy 101 sh -c 'kill -9 $PPID'; sh -c "$0" policy 101 sh "$POLICY"; echo "rc $? $(cat ${folder}/*)"; rm -r ${folder}`
  t.is(spawnSync('sh', ['-c', look, script], { encoding: 'utf8', env }).stdout, 'rc 101 old\n')
})

test('what dpkg was killed in is finished before apt is asked for more', (t) => {
  const [repair, install] = aptChange(aptArguments.parse({ name: 'x' }), 'install', 'install', ['x'])
  const folder = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim()
  const script = (repair?.argv[2] ?? '').replace('/var/lib/dpkg/updates', folder).replace('exec dpkg', 'echo dpkg')
  const run = (): string => spawnSync('sh', ['-c', script, ...(repair?.argv.slice(3) ?? [])], { encoding: 'utf8' }).stdout
  t.is(run(), '')
  spawnSync('touch', [`${folder}/0001`])
  t.is(run(), 'dpkg --force-confdef --force-confold --configure -a\n')
  t.is(install?.argv[0], 'apt-get')
  spawnSync('rm', ['-r', folder])
})
