import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folder, run } from './_run.ts'

const ASK = '  tasks:\n    - debug: msg="{{ ansible_facts.system is defined }}"\n'

test('semantics 133: gathering: implicit, explicit and smart decide where a play does not', async (t) => {
  const plays = `- hosts: h1\n${ASK}- hosts: h1\n  gather_facts: true\n${ASK}- hosts: h1\n  gather_facts: false\n${ASK}`
  for (const [gathering, times] of [
    ['implicit', 2],
    ['explicit', 1],
    ['smart', 1],
  ] as const) {
    const ran = await run(t, plays, { env: { ANSIBLE_GATHERING: gathering } })
    t.is(ran.trace.filter((line) => line.endsWith('Gathering Facts')).length, times, gathering)
  }
  const wrong = await run(t, plays, { env: { ANSIBLE_GATHERING: 'sometimes' } })
  t.is(wrong.code, 5)
})

test('facts are gathered whatever tags are asked for, unless the play has tags of its own', async (t) => {
  const untagged = await run(t, `- hosts: h1\n${ASK}      tags: x\n`, { argv: ['--tags', 'x'] })
  t.deepEqual(untagged.trace, ['ok h1 Gathering Facts', 'ok h1 debug'])
  const tagged = await run(t, '- hosts: h1\n  tags: a\n  tasks:\n    - debug: msg=x\n      tags: b\n', { argv: ['--tags', 'b'] })
  t.deepEqual(tagged.trace, ['ok h1 debug'])
})

test('semantics 138: the cache jsonfile keeps facts and cacheable set_facts for a second run', async (t) => {
  const cwd = folder(t)
  const env = { ANSIBLE_CACHE_PLUGIN: 'jsonfile', ANSIBLE_CACHE_PLUGIN_CONNECTION: 'facts', ANSIBLE_GATHERING: 'smart' }
  const first = await run(t, '- hosts: h1\n  tasks:\n    - set_fact: {mine: 7, cacheable: yes}\n    - set_fact: {lost: 1}\n', { cwd, env })
  t.is(first.code, 0, first.err)
  t.deepEqual(readdirSync(join(cwd, 'facts')), ['s1_h1'])
  t.is(statSync(join(cwd, 'facts/s1_h1')).mode & 0o777, 0o600)
  const second = await run(
    t,
    '- hosts: h1\n  tasks:\n    - debug: msg="{{ mine }} {{ ansible_facts.mine }} {{ ansible_system }} {{ lost is defined }}"\n    - meta: clear_facts\n',
    { cwd, env },
  )
  t.deepEqual(second.trace, ['ok h1 debug'])
  t.deepEqual(second.messages, ['h1 7 7 Linux False'])
  t.false(existsSync(join(cwd, 'facts/s1_h1')))
})

test('a fact cache that is not known, or has no folder, is refused by name', async (t) => {
  const redis = await run(t, '- hosts: h1\n  tasks: []\n', { env: { ANSIBLE_CACHE_PLUGIN: 'redis' } })
  t.is(redis.code, 5)
  t.regex(redis.err, /the fact cache 'redis' is not known/)
  const nowhere = await run(t, '- hosts: h1\n  tasks: []\n', { env: { ANSIBLE_CACHE_PLUGIN: 'jsonfile' } })
  t.regex(nowhere.err, /the fact cache 'jsonfile' needs a folder/)
})
