import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { fromJson, LazyRecord, OMIT, Secret, Template, Unknown, type Value, type ValueRecord } from '../../runner/base/value.ts'
import { createTemplateEngine } from '../../runner/template/environment.ts'
import { scopeOf, template, testHost } from './_host.ts'

const engine = createTemplateEngine(testHost())
const render = (text: string, values: ValueRecord = {}): Value => engine.render(template(text), scopeOf(values))

function failure(run: () => unknown): RunnerError {
  try {
    run()
  } catch (error) {
    if (error instanceof RunnerError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('no expression reaches a prototype, a constructor or a function of ours', (t) => {
  const values = { d: fromJson({ a: 1 }), l: [1], s: 'x', n: 1, pw: new Secret('p'), u: new Unknown('why') }
  for (const name of [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'call',
    'apply',
    'bind',
    'reveal',
    '__class__',
    'map',
    'push',
  ]) {
    for (const target of [
      'd',
      'l',
      's',
      'n',
      'pw',
      'range',
      'lookup',
      'namespace(a=1)',
      'cycler(1)',
      'now()',
      '{}',
      '[]',
      "'x'.upper",
      'dict(a=1)',
    ]) {
      for (const text of [
        `{{ ${target}.${name} }}`,
        `{{ ${target}['${name}'] }}`,
        `{{ ${target}.${name}('return 1')() }}`,
        `{{ [${target}] | map(attribute='${name}') | list }}`,
        `{{ '{0.${name}}'.format(${target}) }}`,
        `{{ '${name}' | extract(${target}) }}`,
      ]) {
        t.throws(() => render(text, values), { instanceOf: RunnerError }, text)
      }
    }
    t.throws(() => render(`{{ ${name} }}`), { instanceOf: RunnerError })
    t.throws(() => render(`{{ 1 | ${name} }}`), { instanceOf: RunnerError })
    t.throws(() => render(`{{ 1 is ${name} }}`), { instanceOf: RunnerError })
    t.throws(() => render(`{{ lookup('${name}') }}`), { instanceOf: RunnerError })
  }
})

test('a key named __proto__ is data like any other', (t) => {
  t.is(render("{{ ({'__proto__': {'x': 1}} | combine({'__proto__': {'x': 2}})).__proto__.x }}"), 2)
  t.is(render("{{ ('{\"__proto__\": 5}' | from_json)['__proto__'] }}"), 5)
  t.is(Reflect.get({}, 'x'), undefined)
})

test('text that came from data is never rendered, templates in variables are', (t) => {
  const values = { out: 'echo {{ secret }}', host: template('{{ inner }}'), inner: 'v', list: [template('{{ inner }}!')] }
  t.is(render('{{ out }}', values), 'echo {{ secret }}')
  t.is(render('{{ host }}', values), 'v')
  t.deepEqual(render('{{ list }}', values), ['v!'])
  t.is(render("{{ '{{ inner }}' }}", values), '{{ inner }}')
  t.is(render('{{ out }}x', values), 'echo {{ secret }}x')
})

test('an undefined name is an error with its place, the variable that held it and what was meant', (t) => {
  const file = { path: 'roles/web/defaults/main.yml', text: '---\nurl: "http://{{ nme }}/"\n' }
  const url = new Template('http://{{ nme }}/', { file, line: 2, col: 6 })
  const scope = {
    get: (name: string) =>
      name === 'url'
        ? { value: url, layer: 'role defaults', source: url.source }
        : name === 'name'
          ? { value: 'x', layer: 'play vars' }
          : undefined,
    names: () => ['url', 'name'],
  }
  const error = failure(() => engine.render(template('{{ url }}'), scope))
  t.is(error.code, 'undefined')
  t.is(error.message, "'nme' is undefined")
  t.deepEqual([error.source?.line, error.source?.col], [2, 17])
  t.is(error.hint, "did you mean 'name'?")
  t.deepEqual(error.trace, ["'url' was set by role defaults at roles/web/defaults/main.yml:2:6"])
})

test('a place inside a block scalar is found in the file', (t) => {
  const file = { path: 'x.yml', text: 'a:\n  text: |\n    one\n    two {{ gone }}\n' }
  const error = failure(() => engine.render(new Template('one\ntwo {{ gone }}\n', { file, line: 2, col: 9 }), scopeOf({})))
  t.deepEqual([error.source?.line, error.source?.col], [4, 12])
})

test('an undefined value that is not used is no error', (t) => {
  const values = { conf: { good: 1, bad: template('{{ nope }}') } }
  t.is(render('{{ conf.good }}', values), 1)
  t.is(render('{{ conf.bad | default(3) }}', values), 3)
  t.is(failure(() => render('{{ conf }}', values)).message, "'nope' is undefined")
})

test('variables made of each other are named', (t) => {
  const error = failure(() => render('{{ a }}', { a: template('{{ b }}'), b: template('{{ a }}') }))
  t.is(error.message, 'recursive loop detected in template: a -> b -> a')
})

test('whatever is made of a secret is a secret, and the host is told', (t) => {
  const host = testHost()
  const own = createTemplateEngine(host)
  const scope = scopeOf({ pw: new Secret('hunter2'), conf: { pw: new Secret('hunter2'), user: 'u' } })
  for (const text of [
    '{{ pw }}x',
    '{{ pw ~ 1 }}',
    '{{ pw | b64encode }}',
    '{{ pw | upper }}',
    '{{ pw[1:] }}',
    '{{ pw[0] }}',
    "{{ '%s' % pw }}",
    "{{ 'a{}'.format(pw) }}",
    '{{ pw.upper() }}',
    '{{ conf | to_json }}',
    "{{ [pw, 'a'] | join(',') }}",
    "{{ pw | password_hash('sha256', 'abc', rounds=1000) }}",
    '{{ pw * 2 }}',
    '{{ conf }}x',
    "{{ 'x' | replace('x', pw) }}",
    '{% if true %}{{ pw }}\n{% endif %}y',
    '{{ pw | regex_replace("h", "") }}',
    '{% set a %}{{ pw }}!{% endset %}{{ a }}',
  ]) {
    t.true(own.render(template(text), scope) instanceof Secret, text)
  }
  t.true(own.renderFile({ path: 'x.j2', text: 'pw={{ pw }}\n' }, scope) instanceof Secret)
  t.deepEqual(own.render(template("{{ conf | dict2items | map(attribute='key') | list }}"), scope), ['pw', 'user'])
  t.is(own.render(template("{{ pw == 'hunter2' }}"), scope), true)
  t.true(host.secrets.some((secret) => secret.reveal() === Buffer.from('hunter2').toString('base64')))
})

test('what check mode cannot know makes what is made of it unknown', (t) => {
  const values = { u: new Unknown('why'), t: true, f: false }
  for (const text of [
    '{{ u }}',
    'x {{ u }}',
    '{{ u + 1 }}',
    '{{ u.stdout }}',
    '{{ u | upper }}',
    '{{ u | default(1) }}',
    '{{ u == 1 }}',
    '{{ not u }}',
    '{{ u and t }}',
    '{{ u or f }}',
    '{{ u is failed }}',
    '{% if u %}x{% endif %}y',
    '{% for i in u %}x{% endfor %}',
    "{{ [u] | join(',') }}",
    '{{ u.strip() }}',
    "{{ 'a' in u }}",
    "{{ 'a' if u else 'b' }}",
    '{{ 1 < u < 3 }}',
  ]) {
    t.true(render(text, values) instanceof Unknown, text)
  }
  t.is(render('{{ u and f }}', values), false)
  t.is(render('{{ u or t }}', values), true)
  t.is(render('{{ u is defined }}', values), true)
  t.true(engine.condition(['t', 'u.rc == 0'], scopeOf(values), undefined) instanceof Unknown)
  t.is(engine.condition(['u.rc == 0', 'f'], scopeOf(values), undefined), false)
})

test('omitted entries are dropped and a lone omit stays', (t) => {
  t.is(render('{{ omit }}'), OMIT)
  t.deepEqual(engine.render([template('{{ omit }}'), 1], scopeOf({})), [1])
  t.deepEqual(render("{{ {'a': omit, 'b': 2} }}"), fromJson({ b: 2 }))
})

test('a conditional must be a boolean', (t) => {
  const error = failure(() => engine.condition('name', scopeOf({ name: 'x' }), undefined))
  t.is(error.message, "Conditional result (True) was derived from value of type 'str'. Conditionals must have a boolean result.")
  t.is(engine.condition([], scopeOf({}), undefined), true)
  t.is(engine.condition(['a == 1', true], scopeOf({ a: 1 }), undefined), true)
})

test('bounds stop what would never end', (t) => {
  for (const text of [
    "{{ 'x' * 999999999 }}",
    '{{ range(100001) }}',
    '{{ 10 ** 400 }}',
    '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
    `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
    "{{ ''.center(99999999999) }}",
    '{{ [1] * 99999999 }}',
  ]) {
    const { code } = failure(() => render(text))
    t.true(code === 'limit' || code === 'template', text.slice(0, 60))
  }
  t.is(failure(() => render('{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}')).code, 'limit')
})

test('hostvars are read through lazily', (t) => {
  const asked: string[] = []
  const hostvars = new LazyRecord({
    get: (key) => (asked.push(key), key === 'h1' ? { ip: '10.0.0.1' } : undefined),
    keys: () => ['h1', 'h2'],
  })
  t.is(render("{{ hostvars['h1'].ip }}", { hostvars }), '10.0.0.1')
  t.deepEqual(asked, ['h1'])
  t.is(render("{{ 'h1' in hostvars }}", { hostvars }), true)
})

test('password hashes are those of openssl', (t) => {
  for (const [type, flag] of [
    ['sha512', '-6'],
    ['sha256', '-5'],
    ['md5', '-1'],
  ] as const) {
    for (const password of ['a', 'secret', 'ü'.repeat(70)]) {
      const wanted = execFileSync('openssl', ['passwd', flag, '-salt', 'abcdefgh', '-stdin'], { input: `${password}\n` })
        .toString()
        .trim()
      t.is(render(`{{ password | password_hash('${type}', 'abcdefgh', rounds=5000) }}`, { password }), wanted)
    }
  }
})

test('templates include and import others', (t) => {
  const own = createTemplateEngine(
    testHost({
      'row.j2': 'row {{ x }}\n',
      'macros.j2': '{% macro hi(n) %}hi {{ n }}{% endmacro %}{% set v = 7 %}',
      'base.j2': '[{% block b %}base{% endblock %}]',
    }),
  )
  const file = (text: string): unknown => own.renderFile({ path: 'main.j2', text }, scopeOf({ x: 5 }))
  t.is(file("{% for x in [1, 2] %}{% include 'row.j2' %};{% endfor %}\n"), 'row 1;row 2;\n')
  t.is(file("{% import 'macros.j2' as m %}{{ m.hi('a') }} {{ m.v }}"), 'hi a 7')
  t.is(file("{% from 'macros.j2' import hi as h %}{{ h(x) }}"), 'hi 5')
  t.is(file("{% extends 'base.j2' %}{% block b %}child {{ x }}{% endblock %}"), '[child 5]')
  t.is(file("a{% include 'gone.j2' ignore missing %}b"), 'ab')
  t.throws(() => file("{% include 'gone.j2' %}"), { message: /Could not find template 'gone\.j2'/ })
})

test('a password is made once, kept for its owner alone and is a secret', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-'))
  const path = join(folder, 'sub', 'pw')
  const first = render(`{{ lookup('password', '${path} length=12 chars=digits') }}`)
  const again = render(`{{ lookup('password', '${path} length=12 chars=digits') }}`)
  t.true(first instanceof Secret && again instanceof Secret && first.reveal() === again.reveal())
  t.regex(readFileSync(path, 'utf8'), /^\d{12}\n$/)
  t.is(statSync(path).mode & 0o777, 0o600)
  rmSync(folder, { recursive: true })
})

test('a list of a variable is not changed by append', (t) => {
  const l = [1]
  t.is(render('{% set _ = l.append(2) %}{{ l | length }}', { l }), 2)
  t.deepEqual(l, [1])
})

test('syntax is checked without rendering, with the place', (t) => {
  const error = failure(() => engine.checkSyntax([template('ok'), template('a {{ b c }}')]))
  t.is(error.code, 'template')
  t.is(error.source?.col, 8)
  t.throws(() => engine.checkCondition('a ==', undefined), { instanceOf: RunnerError })
})
