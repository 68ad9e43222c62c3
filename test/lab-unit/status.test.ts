import test from 'ava'
import { formatStatus } from '../../lab/status.ts'

test('hosts line up under their headings, with dashes for what is not there', (t) => {
  const table = formatStatus([
    { name: 'controller', address: '10.77.0.11', state: 'up', pid: 4711, disk: 2400 },
    { name: 'compute', address: '10.77.0.12', state: 'absent' },
  ])
  t.deepEqual(table.split('\n'), [
    'HOST        ADDRESS     STATE   PID   DISK',
    'controller  10.77.0.11  up      4711  2400 MB',
    'compute     10.77.0.12  absent  -     -',
  ])
})
