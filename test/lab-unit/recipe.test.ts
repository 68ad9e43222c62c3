import test from 'ava'
import { FILES, PACKAGES, recipeName } from '../../lab/recipe.ts'

test('the base image has neither Python nor a name that depends on anything but its recipe', (t) => {
  t.false(PACKAGES.some((name) => name.includes('python')))
  t.is(recipeName('ssh-ed25519 AAAA lab'), recipeName('ssh-ed25519 AAAA lab'))
  t.not(recipeName('ssh-ed25519 AAAA lab'), recipeName('ssh-ed25519 BBBB lab'))
})

test('64 loop devices are there beforehand', (t) => {
  t.is([...(FILES['etc/tmpfiles.d/lab.conf'] ?? '').matchAll(/^b! \/dev\/loop\d+ /gm)].length, 64)
})
