import test from 'ava'
import { run } from './_run.ts'

const MODULE = `import { defineModule, z } from 'stackrun'
export default defineModule({
  name: 'mend', summary: 'Mend.', args: z.strictObject({}), examples: [],
  async check(host) { if (host.name === 'h2') throw new Error('out of glue'); return {} },
  plan: () => [],
})
`

test("a user's module that throws fails its host's task and shows the line in it; the other hosts go on", async (t) => {
  const { code, events, recap } = await run(t, '- hosts: h1,h2\n  gather_facts: false\n  tasks:\n    - mend:\n    - debug:\n', {
    files: { 'modules/mend.ts': MODULE },
  })
  t.is(code, 2)
  t.deepEqual(recap, { h1: 'ok=2', h2: 'failed=1' })
  const broken = JSON.stringify(events.find((event) => event.host === 'h2' && event.type === 'host-task-result'))
  t.true(broken.includes('the module mend broke: out of glue'), broken)
  t.regex(broken, /modules\/mend\.ts:4:\d+/)
})
