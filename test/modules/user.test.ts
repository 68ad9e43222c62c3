import test from 'ava'
import group from '../../modules/group.ts'
import user from '../../modules/user.ts'
import { runModule, runTwice } from '../_harness/module.ts'

const name = `sr-test-${String(process.pid)}`

test.serial('a group and its user are made once', async (t) => {
  const made = await runTwice(group, { name })
  t.deepEqual([made.first.status, made.second.status], ['changed', 'ok'])
  const wanted = {
    name,
    group: name,
    shell: '/bin/sh',
    home: `/tmp/${name}`,
    comment: 'A test',
    password: '$6$abc$def',
    generate_ssh_key: true,
    ssh_key_type: 'ed25519',
  }
  const before = await runModule(user, wanted, { check: true })
  t.is(before.status, 'changed')
  const { first, second } = await runTwice(user, wanted)
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  t.is(second.roundTrips, 1)
  t.regex(String(second.data['ssh_public_key']), /^ssh-ed25519 /)
})

test.serial('what is removed twice changes once', async (t) => {
  const { first, second } = await runTwice(user, { name, state: 'absent', remove: true })
  t.deepEqual([first.status, second.status], ['changed', 'ok'])
  const gone = await runTwice(group, { name, state: 'absent' })
  t.is(gone.second.status, 'ok')
})

test.after.always(async () => {
  await runModule(user, { name, state: 'absent', remove: true, force: true })
  await runModule(group, { name, state: 'absent' })
})
