import test from 'ava'
import { editKeys, parseKey } from '../../modules/_authorized-keys.ts'

const one = { options: '', type: 'ssh-ed25519', blob: 'AAAA1', comment: '' }
const edit = { keys: [one], state: 'present', exclusive: false, options: undefined, comment: undefined } as const

test('a line in its parts', (t) => {
  t.deepEqual(parseKey('from="10.0.0.0/8,h",command="echo \\"a b\\"" ssh-rsa AAAA+/== joe at desk\n'), {
    options: 'from="10.0.0.0/8,h",command="echo \\"a b\\""',
    type: 'ssh-rsa',
    blob: 'AAAA+/==',
    comment: 'joe at desk',
  })
  t.is(parseKey('# ssh-rsa AAAA'), undefined)
  t.is(parseKey('nonsense'), undefined)
})

test('a new key goes to the end, also where the last line is open', (t) => {
  t.is(editKeys('# mine\nssh-rsa AAAA2 x', edit), '# mine\nssh-rsa AAAA2 x\nssh-ed25519 AAAA1\n')
})

test('options and comments that are given replace the old ones, others stay', (t) => {
  const text = 'no-pty ssh-ed25519 AAAA1 old\n'
  t.is(editKeys(text, edit), text)
  t.is(editKeys(text, { ...edit, options: 'no-agent-forwarding' }), 'no-agent-forwarding ssh-ed25519 AAAA1 old\n')
  t.is(editKeys(text, { ...edit, comment: 'new' }), 'no-pty ssh-ed25519 AAAA1 new\n')
})

test('absent and exclusive keep comments', (t) => {
  const text = '# mine\nssh-ed25519 AAAA1 old\nssh-rsa AAAA2 x\n'
  t.is(editKeys(text, { ...edit, state: 'absent' }), '# mine\nssh-rsa AAAA2 x\n')
  t.is(editKeys(text, { ...edit, exclusive: true }), '# mine\nssh-ed25519 AAAA1 old\n')
})
