import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { formatSource } from '../../runner/base/source.ts'
import { Float, Secret, Template, toPlain, type Value } from '../../runner/base/value.ts'
import { readSource } from '../../runner/load/source-file.ts'
import { parseYaml, parseYamlAll, type YamlOptions } from '../../runner/load/yaml.ts'

const parse = (text: string, options?: YamlOptions) => parseYaml({ path: 'play.yml', text }, options)
const value = (text: string): Value => parse(text)?.value ?? null
const field = (text: string): Value | undefined => parse(`k: ${text}\n`)?.entries?.get('k')?.node.value

function failure(text: string, options?: YamlOptions): RunnerError {
  try {
    parse(text, options)
  } catch (error) {
    if (error instanceof RunnerError) return error
    throw error
  }
  throw new Error('the text was accepted')
}

const place = (error: RunnerError): string => (error.source === undefined ? '' : formatSource(error.source))

test('words and numbers are what YAML 1.1 makes of them', (t) => {
  const expected: readonly (readonly [string, Value])[] = [
    ['yes', true],
    ['No', false],
    ['ON', true],
    ['off', false],
    ['True', true],
    ['y', 'y'],
    ['n', 'n'],
    ['0755', 493],
    ['0o17', '0o17'],
    ['089', '089'],
    ['0x1f', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['-12', -12],
    ['+3', 3],
    ['1:30', 90],
    ['12:30:45', 45045],
    ['.5', 0.5],
    ['1.25', 1.25],
    ['1e3', '1e3'],
    ['1.0e3', '1.0e3'],
    ['1.5e+3', new Float(1500)],
    ['2.0', new Float(2)],
    ['~', null],
    ['null', null],
    ['', null],
    ['Null', null],
    ['2024-01-02', '2024-01-02'],
    ['1.2.3', '1.2.3'],
    ['-', null],
    ['.inf', Infinity],
  ]
  for (const [text, wanted] of expected) if (text !== '-') t.deepEqual(field(text), wanted, text)
})

test('quoted scalars and !!str stay text', (t) => {
  t.is(field('"yes"'), 'yes')
  t.is(field("'0755'"), '0755')
  t.is(field('!!str 012'), '012')
  t.is(field('!!int "3"'), 3)
})

test('a text with braces is a Template that begins where its content begins', (t) => {
  const root = parse('a: "{{ x }}"\nb: {c: "x{% if y %}"}\nd: |\n\n    line {{ one }}\n    two\ne: run {{ z }}\n')
  const at = (name: string): string => {
    const found = root?.entries?.get(name)?.node.value
    return found instanceof Template && found.source !== undefined ? formatSource(found.source) : 'no template'
  }
  t.is(at('a'), 'play.yml:1:5')
  t.is(at('d'), 'play.yml:4:5')
  t.is(at('e'), 'play.yml:7:4')
})

test('untrusted text and !unsafe text never become Templates', (t) => {
  t.is(parse('a: "{{ x }}"', { trusted: false })?.entries?.get('a')?.node.value, '{{ x }}')
  t.is(field('!unsafe "{{ x }}"'), '{{ x }}')
  t.deepEqual(toPlain(field('!unsafe {a: ["{{ x }}"]}') ?? null), { a: ['{{ x }}'] })
  t.true(parse('["{{ x }}"]')?.items?.[0]?.value instanceof Template)
})

test('every node knows its line and column', (t) => {
  const root = parse('- name: x\n  list:\n    - one\n    - two\n')
  const task = root?.items?.[0]?.entries
  const places = [task?.get('list')?.key, task?.get('list')?.node.items?.[1]?.source]
  t.deepEqual(
    places.map((source) => (source === undefined ? '' : formatSource(source))),
    ['play.yml:2:3', 'play.yml:4:7'],
  )
})

test('anchors, aliases and merge keys give shared values, own keys win', (t) => {
  t.deepEqual(toPlain(value('base: &b {x: 1, y: 2}\nmore: &m {x: 5, z: 6}\nd:\n  <<: [*b, *m]\n  y: 3\n')), {
    base: { x: 1, y: 2 },
    more: { x: 5, z: 6 },
    d: { x: 1, y: 3, z: 6 },
  })
  t.is(place(failure('a: *nope\n')), 'play.yml:1:4')
})

test('records have no prototype, whatever their keys are called', (t) => {
  const found = value('__proto__: 1\nconstructor: 2\n')
  t.is(Object.getPrototypeOf(found), null)
  t.deepEqual(Object.keys(found ?? []), ['__proto__', 'constructor'])
})

test('keys that are not strings keep their Python text', (t) => {
  t.deepEqual(Object.keys(value('1: a\nyes: b\n~: c\n1.0: d\n') ?? []).sort(), ['1', '1.0', 'None', 'True'])
})

test('a key written twice warns with both places, or is an error', (t) => {
  const seen: string[] = []
  parse('a: 1\nb: 2\na: 3\n', { warn: (message, source) => seen.push(`${message} @${source === undefined ? '' : formatSource(source)}`) })
  t.deepEqual(seen, ['the key "a" is written twice, first at play.yml:1:1; the last one is used @play.yml:3:1'])
  t.is(place(failure('a: 1\na: 3\n', { duplicateKeys: 'error' })), 'play.yml:2:1')
})

test('a vaulted value is opened when it is read, not before', (t) => {
  const text = 'plain: 1\ndeep:\n  password: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    6162\n'
  const root = parse(text)
  t.is(root?.entries?.get('plain')?.node.value, 1)
  const error = t.throws(() => root?.entries?.get('deep')?.node.entries?.get('password')?.node.value, { instanceOf: RunnerError })
  t.regex(error.message, /no vault password/)
  let opened = 0
  const open = parse(text, {
    decrypt: () => {
      opened++
      return 'hunter2'
    },
  })
  t.is(opened, 0)
  const deep = toPlain(open?.value ?? null, 'reveal')
  t.deepEqual(deep, { plain: 1, deep: { password: 'hunter2' } })
  t.true(open?.entries?.get('deep')?.node.entries?.get('password')?.node.value instanceof Secret)
  t.is(opened, 1)
})

const mistakes: readonly (readonly [string, string, string, RegExp, RegExp])[] = [
  ['a tab', '- name: x\n\tfoo: 1\n', 'play.yml:2:1', /tab/, /blanks/],
  ['a value that starts with braces', 'a: {{ b }}\n', 'play.yml:1:4', /quoted/, /quote the whole value/],
  ['braces and more text', 'a: {{ b }}/c\nd: 1\n', 'play.yml:1:4', /quoted/, /quote the whole value/],
  ['a colon in a value', 'a: b: c\n', 'play.yml:1:4', /colon/, /quote/],
  ['no blank after a colon', 'name:foo\nbar: 1\n', 'play.yml:1:5', /blank is missing/, /key: value/],
  ['text after a quote', 'a: "b" c\n', 'play.yml:1:8', /closing quote/, /between/],
  ['an open quote', 'a: "b\n', 'play.yml:1:4', /quote is not closed/, /the quote that it began with/],
  ['an open bracket', 'a: [1, 2\n', 'play.yml:2:1', /not closed/, /partner/],
  ['a bad indent', '- a: 1\n  b: 2\n c: 3\n', 'play.yml:3:1', /indentation/, /same column/],
  ['an at sign', 'a: @x\n', 'play.yml:1:4', /cannot start with @/, /quote/],
  ['an unknown tag', 'a: !foo x\n', 'play.yml:1:9', /tag !foo/, /!unsafe/],
]

for (const [what, text, where, message, hint] of mistakes) {
  test(`the mistake is named with place and hint: ${what}`, (t) => {
    const error = failure(text)
    t.is(error.code, 'yaml')
    t.regex(error.message, message)
    t.is(place(error), where)
    t.regex(error.hint ?? '', hint)
  })
}

test('an empty document is undefined, several are refused', (t) => {
  t.is(parse(''), undefined)
  t.is(parse('---\n# nothing\n'), undefined)
  t.is(parse('null\n')?.value, null)
  t.is(place(failure('a: 1\n---\nb: 2\n')), 'play.yml:3:1')
  t.is(parseYamlAll({ path: 'x', text: 'a: 1\n---\nb: 2\n' }).length, 2)
})

test('a missing file is not-found', (t) => {
  const error = t.throws(() => readSource('/nonexistent/x.yml'), { instanceOf: RunnerError })
  t.is(error.code, 'not-found')
})
