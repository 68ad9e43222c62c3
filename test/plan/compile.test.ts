import test from 'ava'
import { toPlain } from '../../runner/base/value.ts'
import type { Step, TaskStep } from '../../runner/plan/types.ts'
import { compile, onlyPlay, outline, place, plain, project, refused, tasks } from './_project.ts'

const PLAY = '- hosts: all\n  tasks:\n'

async function onlyTask(t: Parameters<typeof onlyPlay>[0], text: string): Promise<TaskStep> {
  const [step] = tasks(await onlyPlay(t, { 'site.yml': `${PLAY}${text}` }))
  if (step?.kind !== 'task') throw new Error('no task was compiled')
  return step
}

const args = (step: Step | undefined): unknown =>
  step?.kind === 'task' ? Object.fromEntries([...step.args].map(([name, { value }]) => [name, toPlain(value)])) : undefined

test('sections stand in the order of the language, roles and imports are flattened', async (t) => {
  const play = await onlyPlay(t, {
    'site.yml':
      '- hosts: web\n  post_tasks:\n    - {name: post, debug: {}}\n  tasks:\n    - import_tasks: more.yml\n    - {name: t, debug: {}}\n  roles:\n    - one\n  pre_tasks:\n    - {name: pre, debug: {}}\n',
    'more.yml': '- {name: imported, debug: {}}\n',
    'roles/one/tasks/main.yml': '- {name: in role, debug: {}}\n- include_tasks: x.yml\n',
  })
  t.deepEqual(
    play.sections.map(({ kind, steps }) => [kind, outline(steps)]),
    [
      ['pre_tasks', ['debug: pre']],
      ['roles', ['debug: in role', 'include_tasks: null']],
      ['tasks', ['debug: imported', 'debug: t']],
      ['post_tasks', ['debug: post']],
    ],
  )
  t.is(plain(play.name), 'web')
})

test('keywords are inherited, the innermost wins, lists add up outermost first', async (t) => {
  const play = await onlyPlay(t, {
    'site.yml':
      '- hosts: all\n  become: yes\n  tags: play\n  environment: {A: 1}\n  tasks:\n    - block:\n        - debug: {}\n          when: inner\n          tags: [a, "b,c"]\n          become_user: joe\n          environment: {B: 2}\n      when: [outer]\n      become: no\n      rescue: [{debug: {}}]\n',
  })
  const [block] = tasks(play)
  const inner = block?.kind === 'block' ? block.block[0] : undefined
  t.deepEqual(inner?.keywords.tags, ['play', 'a', 'b', 'c'])
  t.deepEqual(
    inner?.keywords.when.map((node) => node.value),
    ['outer', 'inner'],
  )
  t.deepEqual(
    inner?.keywords.environment.map((node) => toPlain(node.value)),
    [{ A: 1 }, { B: 2 }],
  )
  t.is(inner?.keywords.become, false)
  t.is(inner?.keywords.becomeUser, 'joe')
})

test('loops, registers and verdicts belong to one task', async (t) => {
  const step = await onlyTask(
    t,
    '    - debug: {}\n      with_items: [1]\n      loop_control: {label: x}\n      register: r\n      until: r is ok\n      retries: "3"\n',
  )
  t.is(step.keywords.loop?.kind, 'items')
  t.deepEqual(toPlain(step.keywords.loop?.control?.value ?? null), { label: 'x' })
  t.is(step.keywords.register, 'r')
  t.is(step.keywords.retries, 3)
})

test('a k=v text becomes arguments, quotes and templates kept whole', async (t) => {
  t.deepEqual(args(await onlyTask(t, '    - debug: msg="a b={{ x | default("q r") }}" verbosity=1\n')), {
    msg: 'a b={{ x | default("q r") }}',
    verbosity: '1',
  })
})

test('the text of a command is the command, but for its own options', async (t) => {
  t.deepEqual(args(await onlyTask(t, '    - command: ls -l "a  b" x=1 chdir=/tmp creates={{ y }}\n')), {
    cmd: 'ls -l "a  b" x=1',
    chdir: '/tmp',
    creates: '{{ y }}',
  })
  t.deepEqual(args(await onlyTask(t, "    - command: echo it's\n")), { cmd: "echo it's" })
  t.deepEqual(args(await onlyTask(t, '    - command: ls\n      args: {chdir: /tmp}\n')), { cmd: 'ls', chdir: '/tmp' })
})

test('action, local_action and free words of meta', async (t) => {
  t.deepEqual(args(await onlyTask(t, '    - action: file path=/a state=absent\n')), { path: '/a', state: 'absent' })
  t.deepEqual(args(await onlyTask(t, '    - action: {module: file, path: /a}\n')), { path: '/a' })
  const local = await onlyTask(t, '    - local_action: command id\n')
  t.is(local.keywords.delegateTo?.value, 'localhost')
  t.deepEqual(args(await onlyTask(t, '    - meta: flush_handlers\n')), { action: 'flush_handlers' })
})

test('aliases of arguments are resolved', async (t) => {
  t.deepEqual(args(await onlyTask(t, '    - file: {dest: /a, mode: 0755}\n')), { path: '/a', mode: 493 })
})

test('args as a template wait for the run', async (t) => {
  const step = await onlyTask(t, '    - file:\n      args: "{{ all }}"\n')
  t.is(plain(step.argsTemplate?.value ?? null), '{{ all }}')
})

const wrong: readonly (readonly [string, string, string, RegExp, RegExp | undefined])[] = [
  [
    'an unknown module',
    '    - name: x\n      flie: {path: /a}\n',
    'site.yml:4:7',
    /couldn't resolve module\/action 'flie'/,
    /did you mean 'file'/,
  ],
  ['two modules', '    - debug: {}\n      file: {path: /a}\n', 'site.yml:4:7', /conflicting action statements: debug, file/, undefined],
  ['a misspelt keyword', '    - debug: {}\n      wehn: true\n', 'site.yml:4:7', /conflicting action statements/, /did you mean 'when'/],
  ['no module', '    - name: x\n', 'site.yml:3:7', /no module\/action/, undefined],
  [
    'an unknown argument',
    '    - file:\n        path: /a\n        stat: absent\n',
    'site.yml:5:9',
    /Unsupported parameters for \(file\) module: stat/,
    /did you mean 'state'/,
  ],
  [
    'an unknown argument beside a template',
    '    - file:\n        path: "{{ p }}"\n        stat: absent\n',
    'site.yml:5:9',
    /Unsupported parameters/,
    /state/,
  ],
  ['a missing argument', '    - file:\n        state: "{{ s }}"\n', 'site.yml:3:7', /missing required arguments: path/, undefined],
  ['a value that is no choice', '    - file: {path: "{{ p }}", state: gone}\n', 'site.yml:3:38', /argument 'state' of file/, undefined],
  [
    'a value deep inside',
    '    - user:\n        name: a\n        groups:\n          - {name: g, gid: 1}\n          - {name: h, gid: x}\n',
    'site.yml:7:28',
    /groups\.1\.gid/,
    undefined,
  ],
  ['a bad register name', '    - debug: {}\n      register: a-b\n', 'site.yml:4:17', /invalid variable name in 'register'/, undefined],
  ['a bad variable name', '    - debug: {}\n      vars: {a-b: 1}\n', 'site.yml:4:14', /not a valid variable name/, undefined],
  ['text where a mapping belongs', '    - debug: hello\n', 'site.yml:3:14', /does not take the text 'hello'/, undefined],
  ['an open quote in arguments', '    - debug: msg="x\n', 'site.yml:3:18', /quote is not closed/, undefined],
  ['an open template', '    - debug: {msg: "{{ x"}\n', 'site.yml:3', /./, undefined],
  ['a broken conditional', '    - debug: {}\n      when: a ==\n', 'site.yml:4', /./, undefined],
  ['a loop on an import', '    - import_tasks: x.yml\n      loop: [1]\n', 'site.yml:4:7', /loops on 'import_tasks'/, /include_tasks/],
  [
    'apply on an import',
    '    - import_tasks: {file: x.yml, apply: {}}\n',
    'site.yml:3:35',
    /Invalid options for import_tasks: apply/,
    undefined,
  ],
  ['a missing import', '    - import_tasks: x.yml\n', 'site.yml:3:21', /'x.yml' was not found/, undefined],
  ['a missing role', '    - import_role: {name: nope}\n', 'site.yml:3:27', /role 'nope' was not found/, undefined],
  ['a rescue without block', '    - rescue: []\n', 'site.yml:3:7', /need a 'block'/, undefined],
  [
    'a task keyword on a block',
    '    - block: []\n      loop: [1]\n',
    'site.yml:4:7',
    /'loop' is not a valid attribute for a Block/,
    undefined,
  ],
  ['a yes/no that is none', '    - debug: {}\n      become: perhaps\n', 'site.yml:4:15', /'become' must be true or false/, undefined],
  ['an unknown loop', '    - debug: {}\n      with_item: [1]\n', 'site.yml:4:7', /'with_item' is not a valid attribute/, /with_items/],
]

for (const [what, text, where, message, hint] of wrong) {
  test(`refused with its place: ${what}`, async (t) => {
    const error = await refused(t, { 'site.yml': `${PLAY}${text}` })
    t.regex(error.message, message)
    t.true(place(error).startsWith(where), `${place(error)} is not ${where}`)
    if (hint !== undefined) t.regex(error.hint ?? '', hint)
  })
}

test('an unknown key of a play, a play without hosts and a playbook that is no list are refused', async (t) => {
  const unknown = await refused(t, { 'site.yml': '- hosts: all\n  taskz: []\n' })
  t.is(place(unknown), 'site.yml:2:3')
  t.is(unknown.message, "'taskz' is not a valid attribute for a Play")
  t.is(unknown.hint, "did you mean 'tasks'?")
  t.regex((await refused(t, { 'site.yml': '- tasks: []\n' })).message, /'hosts' is required/)
  t.regex((await refused(t, { 'site.yml': 'hosts: all\n' })).message, /list of plays/)
  t.regex((await refused(t, { 'site.yml': '- hosts: []\n' })).message, /host pattern/)
})

test('several mistakes of a file come together', async (t) => {
  const error = await refused(t, { 'site.yml': `${PLAY}    - nope: {}\n    - debug: {}\n    - file: {}\n` })
  t.is(place(error), 'site.yml:3:7')
  t.is(error.trace.length, 1)
  t.regex(error.trace[0] ?? '', /site\.yml:5:7: missing required arguments: path/)
})

test("imported playbooks bring their plays, with the import's variables and conditions", async (t) => {
  const { plan } = await compile(
    project(t, {
      'site.yml': '- import_playbook: sub/{{ which }}.yml\n  vars: {a: 1, b: 1}\n  when: ok\n  tags: imp\n',
      'sub/db.yml': '- hosts: db\n  vars: {b: 2}\n  tasks:\n    - import_tasks: t.yml\n',
      'sub/t.yml': '- debug: {}\n',
    }),
    { extraVars: ['which=db'] },
  )
  const [play] = plan.plays
  const [step] = play === undefined ? [] : tasks(play)
  t.deepEqual(
    ['a', 'b'].map((name) => toPlain(play?.vars.get(name)?.value ?? null)),
    [1, 2],
  )
  t.deepEqual(
    step?.keywords.when.map((node) => node.value),
    ['ok'],
  )
  t.deepEqual(step?.keywords.tags, ['imp'])
  t.true(play?.playbookDir.endsWith('/sub'))
})

test('an import whose name is not known yet points to the include', async (t) => {
  const error = await refused(t, { 'site.yml': `${PLAY}    - import_tasks: "{{ later }}.yml"\n` })
  t.regex(error.hint ?? '', /include_tasks/)
})

test('import_tasks passes keywords and variables on', async (t) => {
  const play = await onlyPlay(t, {
    'site.yml': `${PLAY}    - import_tasks: m.yml\n      when: c\n      tags: x\n      vars: {v: 1}\n`,
    'm.yml': '- debug: {}\n  when: d\n',
  })
  const [step] = tasks(play)
  t.deepEqual(
    step?.keywords.when.map((node) => node.value),
    ['c', 'd'],
  )
  t.deepEqual(
    step?.layers.map(({ layer, vars }) => [layer, [...vars.keys()]]),
    [['block vars', ['v']]],
  )
  t.true(step?.file.endsWith('/m.yml') === true && step.parents[0]?.endsWith('/site.yml') === true)
})

test('five thousand tasks compile in a second or so', async (t) => {
  const text = `${PLAY}${Array.from({ length: 5000 }, (_, at) => `    - name: task ${String(at)}\n      file:\n        path: /srv/${String(at)}\n        mode: "0644"\n      when: x == ${String(at)}\n      tags: [a]\n`).join('')}`
  const root = project(t, { 'site.yml': text })
  const start = process.cpuUsage()
  const { plan } = await compile(root)
  const used = process.cpuUsage(start).user / 1000
  t.is(plan.plays[0]?.sections[2]?.steps.length, 5000)
  t.log(`${used.toFixed(0)} ms of CPU`)
  t.true(used < 3000)
})
