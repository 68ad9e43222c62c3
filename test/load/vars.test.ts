import { join } from 'node:path'
import test from 'ava'
import { RunnerError } from '../../runner/base/error.ts'
import { formatSource } from '../../runner/base/source.ts'
import { Template, toPlain } from '../../runner/base/value.ts'
import { splitWords, unquote } from '../../runner/load/key-value.ts'
import type { LayerName, VarLayer, VarMap } from '../../runner/load/layer.ts'
import { createScope, loadVarsFile, parseExtraVars } from '../../runner/load/vars.ts'
import { folder } from './_folder.ts'

const layer = (name: LayerName, vars: Readonly<Record<string, string>>): VarLayer => ({
  layer: name,
  vars: new Map(Object.entries(vars).map(([key, value]) => [key, { value }] as const)),
})
const plain = (vars: VarMap): unknown => Object.fromEntries([...vars].map(([name, { value }]) => [name, toPlain(value)]))

test('a name comes from the highest layer, whatever the order of the list', (t) => {
  const scope = createScope([
    layer('extra vars', { a: 'extra' }),
    layer('role defaults', { a: 'default', b: 'default' }),
    layer('play vars', { a: 'play', b: 'play' }),
  ])
  t.deepEqual(
    ['a', 'b'].map((name) => [toPlain(scope.get(name)?.value ?? null), scope.get(name)?.layer]),
    [
      ['extra', 'extra vars'],
      ['play', 'play vars'],
    ],
  )
  t.is(scope.get('c'), undefined)
  t.deepEqual([...scope.names()].sort(), ['a', 'b'])
})

test('of two layers of one kind the later in the list wins, magic wins over all', (t) => {
  const layers = [
    layer('role vars', { a: '1', b: '1' }),
    layer('task vars', { t: 'x' }),
    layer('role vars', { a: '2' }),
    layer('role vars', { a: '3' }),
  ]
  const scope = createScope(layers, {
    get: (name) => (name === 'b' ? { value: 'magic', layer: 'magic variable' } : undefined),
    names: () => ['b'],
  })
  t.is(scope.get('a')?.value, '3')
  t.is(scope.get('b')?.value, 'magic')
})

test('extra variables: words are text, braces keep types, files need an @, later wins', (t) => {
  const root = folder(t, { 'x.yml': 'f: 1\nmode: 0644\n' })
  const vars = parseExtraVars(['a=1 b="two words" c=it\\=s', '{"n": 5, "l": [1]}', '@x.yml', 'a=2', 't={{ a }}'], root)
  t.deepEqual(plain(vars), { a: '2', b: 'two words', c: 'it=s', n: 5, l: [1], f: 1, mode: 420, t: '{{ a }}' })
  t.true(vars.get('t')?.value instanceof Template)
  t.throws(() => parseExtraVars(['oops'], root), { instanceOf: RunnerError, message: /name=value/ })
  t.throws(() => parseExtraVars(['a="x'], root), { message: /quote is not closed/ })
  t.throws(() => parseExtraVars(['[1]'], root), { message: /mapping/ })
})

test('a file of variables that is no mapping is refused at its place', (t) => {
  const root = folder(t, { 'list.yml': '- a\n', 'empty.yml': '---\n', 'vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n' })
  const error = t.throws(() => loadVarsFile(join(root, 'list.yml')), { instanceOf: RunnerError })
  t.true(error.source !== undefined && formatSource(error.source).endsWith('list.yml:1:1'))
  t.is(loadVarsFile(join(root, 'empty.yml')).size, 0)
  t.throws(() => loadVarsFile(join(root, 'vault.yml')), { message: /encrypted/ })
  t.deepEqual(plain(loadVarsFile(join(root, 'vault.yml'), { decrypt: () => 'a: 1\n' })), { a: 1 })
})

test('words keep quotes and templates whole and know their places', (t) => {
  const source = { file: { path: 'x', text: '' }, line: 3, col: 5 }
  const words = splitWords('a=1 b="x y" {{ c d }} e={{ f | g("h i") }} plain\n  k=v', source)
  t.deepEqual(
    words.map(({ key, value, offset }) => [key, value, offset]),
    [
      ['a', '1', 0],
      ['b', 'x y', 4],
      [undefined, '{{ c d }}', 12],
      ['e', '{{ f | g("h i") }}', 22],
      [undefined, 'plain', 43],
      ['k', 'v', 51],
    ],
  )
  t.throws(() => splitWords('a={{ b', source), { message: /template is not closed/ })
  t.is(unquote("'a'"), 'a')
  t.is(unquote('"a'), '"a')
})
