import test from 'ava'
import { z } from 'zod'
import { main } from '../../runner/cli/main.ts'
import { testIo } from './_io.ts'

async function doc(...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const io = testIo({ tool: 'ansible-doc' })
  const code = await main(argv, io)
  return { code, out: io.out(), err: io.err() }
}

test('-l lists modules with what they are for, with -j as JSON', async (t) => {
  const { code, out } = await doc('-l')
  t.is(code, 0)
  t.regex(out, /^copy +\S.*$/m)
  t.true(out.split('\n').every((line) => line.length <= 82))
  const listed = z.record(z.string(), z.string()).parse(JSON.parse((await doc('-l', '-j')).out))
  t.true('template' in listed)
})

test('-j tells of arguments, examples and returned values', async (t) => {
  const told = z
    .record(z.string(), z.looseObject({ doc: z.looseObject({}), return: z.looseObject({}) }))
    .parse(JSON.parse((await doc('-j', 'file')).out))
  t.like(told['file']?.doc, { module: 'file', has_action: false })
  t.like(told['file']?.doc['options'], { path: { required: true } })
})

test('-s is a task with all arguments, the text tells of each', async (t) => {
  const snippet = (await doc('-s', 'file')).out
  t.regex(snippet, /^- name: .+\n {2}file:\n/)
  t.regex(snippet, /^ {6}path: +# \(required\)/m)
  const text = (await doc('file')).out
  t.regex(text, /^> MODULE file\n/)
  t.regex(text, /\n= {2}path\n/)
  t.regex(text, /\nEXAMPLES:\n/)
})

test('a module that is not there is a warning, no module an error', async (t) => {
  t.deepEqual(await doc('nosuch'), { code: 0, out: '', err: '[WARNING]: nosuch was not found\n' })
  const none = await doc()
  t.deepEqual([none.code, none.err], [5, '[ERROR]: Missing name(s), incorrect options passed for detailed documentation.\n'])
})
