import test from 'ava'
import { editInterfaces, interfacesOf } from '../../modules/_interfaces.ts'

const TEXT = `# comment
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet dhcp
    mtu 1500
    up ip route add 10.0.0.0/8 \\
      via 1.1.1.1
    # a comment in it
    up echo two

iface eth0 inet6 auto
	privext 2

source /etc/network/interfaces.d/*`

const eth0 = { iface: 'eth0', family: undefined, state: 'present' } as const

test('an option is changed where it is, with its indentation', (t) => {
  t.is(editInterfaces(TEXT, { ...eth0, option: 'privext', value: '3' }), TEXT.replace('\tprivext 2', '\tprivext 3'))
  t.is(editInterfaces(TEXT, { ...eth0, option: 'mtu', value: '1500' }), TEXT)
})

test('a new option goes behind the last one of the last stanza that fits', (t) => {
  const added = editInterfaces(TEXT, { ...eth0, family: 'inet', option: 'address', value: '1.2.3.4' })
  t.is(added, TEXT.replace('    up echo two\n', '    up echo two\n    address 1.2.3.4\n'))
  const lo = editInterfaces(TEXT, { ...eth0, iface: 'lo', option: 'mtu', value: '9' })
  t.is(lo, TEXT.replace('inet loopback\n', 'inet loopback\n    mtu 9\n'))
})

test('hooks are added and removed one by one, continued lines as one', (t) => {
  const up = { ...eth0, family: 'inet', option: 'up' }
  t.is(editInterfaces(TEXT, { ...up, value: 'echo two' }), TEXT)
  t.regex(editInterfaces(TEXT, { ...up, value: 'echo 3' }) ?? '', /echo two\n {4}up echo 3\n\n/)
  t.is(editInterfaces(TEXT, { ...up, value: 'echo two', state: 'absent' }), TEXT.replace('    up echo two\n', ''))
  const none = editInterfaces(TEXT, { ...up, value: undefined, state: 'absent' }) ?? ''
  t.notRegex(none, /up |via/)
  t.regex(none, /mtu 1500\n {4}# a comment in it\n\n/)
})

test('the method is a word of the iface line', (t) => {
  t.is(editInterfaces(TEXT, { ...eth0, family: 'inet', option: 'method', value: 'static' }), TEXT.replace('inet dhcp', 'inet static'))
})

test('an interface that is not there', (t) => {
  t.is(editInterfaces(TEXT, { ...eth0, iface: 'eth1', option: 'mtu', value: '1' }), undefined)
})

test('interfaces by name', (t) => {
  const { eth0: interfaceOf, lo } = interfacesOf(TEXT)
  t.like(interfaceOf, { address_family: 'inet6', method: 'auto', privext: '2', up: [] })
  t.like(lo, { address_family: 'inet', method: 'loopback' })
})
