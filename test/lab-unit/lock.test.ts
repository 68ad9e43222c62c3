import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { openLab } from '../../lab/lab.ts'
import { withLock } from '../../lab/lock.ts'

const controller = new AbortController()
const said: string[] = []
const lab = openLab([{ name: 'a', address: '10.250.250.11' }], {
  folder: '/srv/lab',
  say: (text) => said.push(text),
  signal: controller.signal,
})

test('one holder at a time; the next is told that it waits', async (t) => {
  const order: string[] = []
  const first = withLock(lab, async () => {
    order.push('first in')
    await sleep(150)
    order.push('first out')
  })
  await sleep(20)
  const second = withLock(lab, () => Promise.resolve(order.push('second in')))
  await Promise.all([first, second])
  t.deepEqual(order, ['first in', 'first out', 'second in'])
  t.is(said.length, 1)
})

test('work that fails gives the lock back', async (t) => {
  const other = openLab([{ name: 'a', address: '10.250.251.11' }], { ...lab })
  await t.throwsAsync(
    withLock(other, () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  )
  t.is(await withLock(other, () => Promise.resolve('free')), 'free')
})
