import test from 'ava'
import { toPlain } from '../../runner/base/value.ts'
import { createScope } from '../../runner/load/vars.ts'
import { findIncluded } from '../../runner/plan/include.ts'
import { rolesToCheck } from '../../runner/plan/roles-to-check.ts'
import type { IncludeStep, Play, Step } from '../../runner/plan/types.ts'
import { compile, onlyPlay, outline, place, plain, project, refused, tasks } from './_project.ts'

const look = (play: Play, step: Step | undefined, name: string): unknown => {
  const binding = createScope([...play.roleLayers, { layer: 'play vars', vars: play.vars }, ...(step?.layers ?? [])]).get(name)
  return binding === undefined ? undefined : [toPlain(binding.value), binding.layer]
}

const debug = (name: string): string => `- {name: ${name}, debug: {}}\n`

test("a role's defaults are weak, its vars beat the play's, entry vars and parameters beat both", async (t) => {
  const play = await onlyPlay(t, {
    'site.yml':
      '- hosts: all\n  vars: {a: play, b: play, c: play}\n  roles:\n    - {role: r, d: param, vars: {c: entry}}\n  tasks:\n    - debug: {}\n',
    'roles/r/defaults/main.yml': 'a: default\nonly: default\n',
    'roles/r/vars/main.yml': 'b: role\nc: role\n',
    'roles/r/tasks/main.yml': debug('x'),
  })
  const [inside, after] = tasks(play)
  t.deepEqual(
    ['a', 'b', 'c', 'd', 'only'].map((name) => look(play, inside, name)),
    [
      ['play', 'play vars'],
      ['role', 'role vars'],
      ['entry', 'role vars'],
      ['param', 'role parameters'],
      ['default', 'role defaults'],
    ],
  )
  t.deepEqual(
    ['only', 'c', 'd'].map((name) => look(play, after, name)),
    [['default', 'role defaults'], ['role', 'role vars'], undefined],
  )
})

test('inside a role its own defaults win over those of a later role', async (t) => {
  const play = await onlyPlay(t, {
    'site.yml': '- hosts: all\n  roles: [one, two]\n',
    'roles/one/defaults/main.yml': 'v: one\n',
    'roles/one/tasks/main.yml': debug('x'),
    'roles/two/defaults/main.yml': 'v: two\n',
    'roles/two/tasks/main.yml': debug('y'),
  })
  t.deepEqual(
    tasks(play).map((step) => look(play, step, 'v')),
    [
      ['one', 'role defaults'],
      ['two', 'role defaults'],
    ],
  )
})

test('dependencies run before, once; the same role again only with other parameters or allow_duplicates', async (t) => {
  const play = await onlyPlay(t, {
    'site.yml': '- hosts: all\n  roles:\n    - a\n    - a\n    - {role: a, p: 1}\n    - dup\n    - dup\n',
    'roles/a/meta/main.yml': 'dependencies: [{role: dep, when: yes}]\n',
    'roles/a/tasks/main.yml': debug('a'),
    'roles/dep/tasks/main.yml': debug('dep'),
    'roles/dup/meta/main.yml': 'allow_duplicates: true\n',
    'roles/dup/tasks/main.yml': debug('dup'),
  })
  t.deepEqual(outline(tasks(play)), ['debug: dep', 'debug: a', 'debug: a', 'debug: dup', 'debug: dup'])
  t.deepEqual(tasks(play)[0]?.role?.parents, ['a'])
})

test("handlers of roles come before the play's own and keep their topics", async (t) => {
  const play = await onlyPlay(t, {
    'site.yml': '- hosts: all\n  roles: [r, r]\n  handlers:\n    - {name: own, listen: [x, y], debug: {}}\n    - import_tasks: h.yml\n',
    'h.yml': '- {name: imported, listen: z, debug: {}}\n',
    'roles/r/handlers/main.yml': '- {name: restart, debug: {}}\n',
  })
  t.deepEqual(
    play.handlers.map((handler) => [plain(handler.name ?? null), handler.role?.name, handler.listen]),
    [
      ['restart', 'r', []],
      ['own', undefined, ['x', 'y']],
      ['imported', undefined, ['z']],
    ],
  )
})

test('a block or a role is no handler, and only handlers listen', async (t) => {
  t.is(place(await refused(t, { 'site.yml': '- hosts: all\n  handlers:\n    - block: []\n' })), 'site.yml:3:7')
  t.regex((await refused(t, { 'site.yml': '- hosts: all\n  handlers:\n    - include_role: {name: x}\n' })).message, /cannot be a handler/)
  t.regex((await refused(t, { 'site.yml': '- hosts: all\n  tasks:\n    - {debug: {}, listen: x}\n' })).hint ?? '', /only handlers listen/)
})

test("import_role takes tasks_from and its vars stand above the role's", async (t) => {
  const play = await onlyPlay(t, {
    'site.yml': '- hosts: all\n  tasks:\n    - import_role: {name: r, tasks_from: other}\n      vars: {v: import}\n      tags: k\n',
    'roles/r/tasks/other.yml': debug('other'),
    'roles/r/vars/main.yml': 'v: role\nw: role\n',
  })
  const [step] = tasks(play)
  t.is(plain(step?.name ?? null), 'other')
  t.deepEqual(look(play, step, 'v'), ['import', 'block vars'])
  t.deepEqual(step?.keywords.tags, ['k'])
  t.deepEqual(
    play.roleLayers.map(({ layer }) => layer),
    ['role vars'],
  )
})

test('a tasks file outside the role is refused', async (t) => {
  const error = await refused(t, {
    'site.yml': '- hosts: all\n  tasks:\n    - import_role: {name: r, tasks_from: ../../../x}\n',
    'roles/r/tasks/main.yml': '',
  })
  t.regex(error.message, /not inside the expected role path/)
})

async function included(t: Parameters<typeof onlyPlay>[0], files: Readonly<Record<string, string>>) {
  const { plan, includes } = await compile(project(t, files))
  const [play] = plan.plays
  const include =
    play === undefined
      ? undefined
      : tasks(play)
          .map(firstInclude)
          .find((step) => step !== undefined)
  if (play === undefined || include === undefined) throw new Error('no include was compiled')
  return { play, includes, include }
}

function firstInclude(step: Step): IncludeStep | undefined {
  return step.kind === 'include'
    ? step
    : step.kind === 'block'
      ? step.block.map(firstInclude).find((inner) => inner !== undefined)
      : undefined
}

test('included tasks inherit from around the include, not its own when and tags; apply gives keywords', async (t) => {
  const { play, includes, include } = await included(t, {
    'site.yml':
      '- hosts: all\n  tasks:\n    - block:\n        - include_tasks: {file: sub/more.yml, apply: {tags: applied, become: true}}\n          when: own\n          tags: own\n          vars: {v: given}\n      when: outer\n',
    'sub/more.yml': `${debug('inner')}- include_tasks: next.yml\n`,
    'sub/next.yml': debug('next'),
  })
  t.deepEqual(
    include.keywords.when.map((node) => node.value),
    ['outer', 'own'],
  )
  const steps = await includes.tasks(include, findIncluded(include, 'sub/more.yml'), [
    { layer: 'loop variable', vars: new Map([['item', { value: 1 }]]) },
  ])
  const [inner, nested] = steps
  t.deepEqual(
    inner?.keywords.when.map((node) => node.value),
    ['outer'],
  )
  t.deepEqual(inner?.keywords.tags, ['applied'])
  t.is(inner?.keywords.become, true)
  t.deepEqual(look(play, inner, 'v'), ['given', 'include parameters'])
  t.deepEqual(look(play, inner, 'item'), [1, 'loop variable'])
  if (nested?.kind !== 'include') throw new Error('the nested include was lost')
  t.true(findIncluded(nested, 'next.yml').endsWith('/sub/next.yml'))
  t.true(inner !== undefined && inner.id !== include.id)
})

test('an included file is checked when it is read', async (t) => {
  const { includes, include } = await included(t, {
    'site.yml': '- hosts: all\n  tasks:\n    - include_tasks: bad.yml\n',
    'bad.yml': '- nope: {}\n',
  })
  await t.throwsAsync(includes.tasks(include, findIncluded(include, 'bad.yml'), []), { message: /couldn't resolve module\/action 'nope'/ })
})

test('an included role is private unless public, with handlers and its check of arguments', async (t) => {
  const { play, includes, include } = await included(t, {
    'site.yml': '- hosts: all\n  tasks:\n    - include_role: {name: r}\n      vars: {size: 3}\n',
    'roles/r/defaults/main.yml': 'size: 1\n',
    'roles/r/tasks/main.yml': debug('in r'),
    'roles/r/handlers/main.yml': debug('h'),
    'roles/r/meta/argument_specs.yml':
      'argument_specs:\n  main:\n    short_description: The r\n    options:\n      size: {type: int, required: true}\n',
  })
  t.deepEqual(play.roleLayers, [])
  const made = await includes.role(include, { name: 'r' }, [])
  t.deepEqual(outline(made.steps), ["validate_argument_spec: Validating arguments against arg spec 'main' - The r", 'debug: in r'])
  t.deepEqual([made.role.name, made.handlers.length, made.publicLayers.length], ['r', 1, 0])
  t.deepEqual(look(play, made.steps[1], 'size'), [3, 'include parameters'])
  t.is((await includes.role(include, { name: 'r', public: true }, [])).publicLayers.length, 1)
})

test('roles to check are known before any host is asked', async (t) => {
  const play = await onlyPlay(t, {
    'site.yml': '- hosts: all\n  roles: [{role: r, size: 5}]\n',
    'roles/r/tasks/main.yml': '',
    'roles/r/meta/main.yml': 'argument_specs:\n  main:\n    options:\n      size: {type: int}\n',
  })
  const [check] = rolesToCheck(play)
  t.deepEqual([check?.role.name, check?.spec.map(({ name, type }) => [name, type])], ['r', [['size', 'int']]])
  t.deepEqual(check?.step.keywords.tags, ['always'])
  t.deepEqual(toPlain(check?.step.args.get('provided_arguments')?.value ?? null), { size: 5 })
})

test('a role that needs itself is refused, not followed for ever', async (t) => {
  const error = await refused(t, {
    'site.yml': '- hosts: all\n  roles: [a]\n',
    'roles/a/meta/main.yml': 'dependencies: [{role: a, p: "{{ x }}", allow: 1}]\nallow_duplicates: true\n',
  })
  t.regex(error.message, /without end/)
})
