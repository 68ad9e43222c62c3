import test from 'ava'
import { mountPoints } from '../../lab/mounts.ts'

test('mount points come in the order of mounting, with their blanks', (t) => {
  const text =
    '25 1 8:1 / / rw - ext4 /dev/vda rw\n26 25 0:5 / /srv/a\\040b rw shared:1 - overlay lab rw\n27 26 0:6 / /srv/back\\134slash rw - tmpfs t rw\n'
  t.deepEqual(mountPoints(text), ['/', '/srv/a b', '/srv/back\\slash'])
})
