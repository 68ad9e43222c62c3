import test from 'ava'
import { listPlays } from '../../runner/plan/list.ts'
import { isSelected, selectPlay, startAtTask } from '../../runner/plan/select.ts'
import { onlyPlay, outline, tasks } from './_project.ts'

const cases: readonly (readonly [string, string, string, boolean])[] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['never', '', '', false],
  ['always', '', '', true],
  ['always,never', '', '', true],
  ['a', 'a', '', true],
  ['a', 'b', '', false],
  ['', 'a', '', false],
  ['always', 'a', '', true],
  ['never,a', 'a', '', true],
  ['never', 'never', '', true],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['never', 'tagged', '', false],
  ['never', 'all', '', false],
  ['a', '', 'a', false],
  ['a', '', 'b', true],
  ['always', '', 'always', false],
  ['always,a', '', 'a', false],
  ['a', 'a', 'a', false],
  ['', '', 'untagged', false],
  ['a', '', 'tagged', false],
  ['always', '', 'tagged', true],
  ['always', '', 'all', true],
  ['a', '', 'all', false],
  ['', '', 'all', false],
]

const split = (text: string): readonly string[] => text.split(',').filter((tag) => tag !== '')

test('tags, always, never, tagged, untagged and all select as the language says', (t) => {
  for (const [tags, wanted, skip, expected] of cases)
    t.is(
      isSelected(split(tags), { tags: split(wanted), skipTags: split(skip) }),
      expected,
      `[${tags}] --tags ${wanted} --skip-tags ${skip}`,
    )
})

const FILES = {
  'site.yml':
    '- hosts: web\n  name: Site\n  tags: p\n  roles: [r]\n  tasks:\n    - block:\n        - {name: one, debug: {}, tags: x}\n        - {name: two, debug: {}}\n    - {name: three, debug: {}, tags: [y, x]}\n    - include_tasks: later.yml\n    - meta: noop\n',
  'roles/r/tasks/main.yml': '- {name: in role, debug: {}}\n',
}

test('a play keeps the selected steps, empty blocks go', async (t) => {
  const play = await onlyPlay(t, FILES)
  const left = (tags: readonly string[]): readonly string[] =>
    outline(tasks(selectPlay(play, { tags, skipTags: [], startAtTask: undefined })))
  t.deepEqual(left(['x']), ['block: null', '  debug: one', 'debug: three'])
  t.deepEqual(left(['y']), ['debug: three'])
  t.deepEqual(left(['nope']), [])
})

test('start-at-task drops what stands before, by name, glob or role', async (t) => {
  const play = await onlyPlay(t, FILES)
  const from = (name: string): readonly string[] => startAtTask([play], name).plays.flatMap((rest) => outline(tasks(rest)))
  t.deepEqual(from('two').slice(0, 3), ['block: null', '  debug: two', 'debug: three'])
  t.is(from('r : in role')[0], 'debug: in role')
  t.is(from('thr*')[0], 'debug: three')
  t.false(startAtTask([play], 'nope').found)
  t.deepEqual(startAtTask([play], 'nope').plays, [])
})

test('the listing shows static tasks with role and tags', async (t) => {
  const [listed] = listPlays([await onlyPlay(t, FILES)])
  t.deepEqual(listed?.tasks, [
    { name: 'r : in role', tags: ['p'] },
    { name: 'one', tags: ['p', 'x'] },
    { name: 'two', tags: ['p'] },
    { name: 'three', tags: ['p', 'y', 'x'] },
    { name: 'include_tasks', tags: ['p'] },
  ])
  t.deepEqual([listed?.name, listed?.pattern, listed?.allTags], ['Site', 'web', ['p', 'x', 'y']])
})
