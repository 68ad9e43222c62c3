import test from 'ava'
import { hex, openLab, unitName } from '../../lab/lab.ts'
import { RunnerError } from '../../runner/base/error.ts'

const options = { folder: '/srv/lab', say: () => undefined, signal: new AbortController().signal }

test('all names follow from the network, and interfaces fit the kernel’s 15 characters', (t) => {
  const lab = openLab([{ name: 'a', address: '192.168.100.11' }], options)
  t.is(lab.gateway, '192.168.100.1')
  t.is(lab.prefix, 'lab-192.168.100.')
  t.is(unitName('192.168.100.11'), 'lab-192.168.100.11')
  t.is(hex('10.77.0.254'), '0a4d00fe')
  for (const name of [lab.bridge, lab.flatBridge, `lab${hex('192.168.100.11')}m`]) t.true(name.length <= 15, name)
  t.not(lab.bridge, openLab([{ name: 'a', address: '192.168.101.11' }], options).bridge)
})

for (const address of ['10.77.1.12', '10.77.0.1', '10.77.0.0', '10.77.0.255', '10.77.0.300', 'controller', 'fd00::1']) {
  test(`a host beside 10.77.0.11 cannot have the address ${address}`, (t) => {
    const hosts = [
      { name: 'a', address: '10.77.0.11' },
      { name: 'b', address },
    ]
    const error = t.throws(() => openLab(hosts, options), { instanceOf: RunnerError })
    t.is(error.code, 'lab')
    t.true(error.message.includes(`b cannot have the address ${address}`))
  })
}

test('a folder that an overlay’s options cannot name is refused', (t) => {
  for (const folder of ['/srv/my lab', '/srv/a,b', '/srv/a:b']) {
    t.is(t.throws(() => openLab([{ name: 'a', address: '10.77.0.11' }], { ...options, folder }), { instanceOf: RunnerError }).code, 'lab')
  }
})

test('an inventory without lab hosts says how they are marked', (t) => {
  t.regex(t.throws(() => openLab([], options), { instanceOf: RunnerError }).hint ?? '', /stackrun_lab: true/)
})
