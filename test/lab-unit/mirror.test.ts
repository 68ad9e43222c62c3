import test from 'ava'
import { chooseMirror } from '../../lab/mirror.ts'

test('the mirror and the security archive are those of this machine’s apt', (t) => {
  const repositories = 'https://deb.example.org/node\nhttp://mirror.example.org/debian/\nhttps://mirror.example.org/debian-security/\n'
  t.deepEqual(chooseMirror(repositories, ''), {
    debian: 'http://mirror.example.org/debian',
    security: 'https://mirror.example.org/debian-security',
  })
})

test('repositories that only apt can read, and none at all, fall back to Debian’s own', (t) => {
  const debian = { debian: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security' }
  t.deepEqual(chooseMirror('cdrom://Debian 12/debian/\nmirror+file:/etc/apt/mirrors/debian\n', ''), debian)
  t.deepEqual(chooseMirror('', ''), debian)
})

test('apt’s proxy wins over the environment’s, and DIRECT is none', (t) => {
  t.is(chooseMirror('', 'http://proxy:3128/\n', 'http://other:1').proxy, 'http://proxy:3128/')
  t.is(chooseMirror('', '\n', 'http://other:1').proxy, 'http://other:1')
  t.is(chooseMirror('', 'DIRECT\n').proxy, undefined)
})
