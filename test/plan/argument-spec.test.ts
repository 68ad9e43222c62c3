import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { formatSource } from '../../runner/base/source.ts'
import { fromJson, type Value } from '../../runner/base/value.ts'
import { parseYaml } from '../../runner/load/yaml.ts'
import { readArgumentSpec, validateArguments } from '../../runner/plan/argument-spec.ts'

const spec = (text: string) => readArgumentSpec(parseYaml({ path: 'spec.yml', text }))

function errors(text: string, values: Readonly<Record<string, unknown>>): readonly string[] {
  const given: Record<string, Value> = {}
  for (const [name, value] of Object.entries(values)) given[name] = fromJson(value)
  return validateArguments(spec(text), given).map(({ message, path }) => `${path.join('.')}: ${message}`)
}

test('types take what ansible converts and refuse the rest', (t) => {
  const good: readonly (readonly [string, unknown])[] = [
    ['int', 5],
    ['int', '5'],
    ['float', '1.5'],
    ['float', 1],
    ['bool', 'yes'],
    ['bool', 0],
    ['str', 5],
    ['list', 'a,b'],
    ['list', [1]],
    ['dict', { a: 1 }],
    ['dict', 'a=1'],
    ['path', '/x'],
    ['raw', [1]],
    ['bytes', '10M'],
    ['bits', '1Mb'],
    ['json', '[]'],
  ]
  const bad: readonly (readonly [string, unknown])[] = [
    ['int', 'x'],
    ['int', 1.5],
    ['float', 'x'],
    ['bool', 'perhaps'],
    ['bool', 7],
    ['list', { a: 1 }],
    ['dict', [1]],
    ['path', 5],
    ['bytes', 'lots'],
  ]
  for (const [type, value] of good) t.deepEqual(errors(`v: {type: ${type}}`, { v: value }), [], `${type} ${JSON.stringify(value)}`)
  for (const [type, value] of bad) t.is(errors(`v: {type: ${type}}`, { v: value }).length, 1, `${type} ${JSON.stringify(value)}`)
})

test('required, defaults and choices', (t) => {
  t.deepEqual(errors('a: {required: true}\nb: {}', {}), ['a: missing required arguments: a'])
  t.deepEqual(errors('a: {required: true, default: 1}', {}), [])
  t.deepEqual(errors('a: {choices: [x, y]}', { a: 'z' }), ['a: value of a must be one of: x, y, got: z'])
  t.deepEqual(errors('a: {type: list, choices: [x, y]}', { a: ['x', 'z'] }), ['a: value of a must be one or more of: x, y, got: z'])
})

test('elements and nested options are checked with their path', (t) => {
  const text = 'users:\n  type: list\n  elements: dict\n  options:\n    name: {required: true}\n    uid: {type: int}\n'
  t.deepEqual(errors(text, { users: [{ name: 'a', uid: 'x' }, {}, { name: 'b', shell: 'sh' }] }), [
    "users.0.uid: argument 'uid' is of type str found in users -> 0 and we were unable to convert to int: 'x' cannot be converted to an int",
    'users.1.name: missing required arguments: name found in users -> 1',
    'users.2.shell: users.2.shell. Supported parameters include: name, uid.',
  ])
  t.is(errors('a: {type: list, elements: int}', { a: [1, 'x'] }).length, 1)
})

test('a specification that is itself wrong names its place', (t) => {
  const typo = t.throws(() => spec('a: {tpye: int}'), { instanceOf: RunnerError })
  t.is(typo.source === undefined ? '' : formatSource(typo.source), 'spec.yml:1:5')
  t.is(typo.hint, "did you mean 'type'?")
  t.regex(t.throws(() => spec('a: {type: number}')).message, /'number' is not a type/)
})
