import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { allExamples, examplesPlaybook } from '../_harness/examples.ts'
import { loadPlaybook } from '../_harness/playbook.ts'

/** That examples compile. What they do is tested on a real host (test/lab/modules.test.ts). */

const examples = await allExamples()
const folder = await mkdtemp(join(tmpdir(), 'stackrun-examples-'))

test.after.always(() => rm(folder, { recursive: true, force: true }))

for (const [index, example] of examples.entries()) {
  test(`${example.title}: compiles`, async (t) => {
    const playbook = join(folder, `${String(index)}.yml`)
    await writeFile(playbook, examplesPlaybook([example], 'real'))
    await t.notThrowsAsync(loadPlaybook(playbook, { argv: ['-i', 'bare,'] }))
  })
}

test('no two examples of a module have the same name', (t) => {
  const titles = examples.map(({ title }) => title)
  t.deepEqual([...new Set(titles)], titles)
})
