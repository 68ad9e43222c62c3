// npm run new:module NAME: a module that keeps the contract, and its first two scenarios, to go on from.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [name = '', root = join(import.meta.dirname, '..')] = process.argv.slice(2)
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write('usage: npm run new:module NAME        (small letters, digits and _)\n')
  process.exit(2)
}

const files = {
  [`modules/${name}.ts`]: `import { args as arg, defineModule, quote, z } from '../runner/module/index.ts'

export default defineModule({
  name: '${name}',
  summary: 'Ensure that a folder exists.',
  args: z.strictObject({
    path: arg.path().describe('The folder.'),
  }),
  returns: z.object({ path: z.string() }),
  examples: [{ name: 'A folder', yaml: '${name}:\\n  path: /srv/${name}\\n', lab: { first: 'changed', second: 'ok' } }],
  async check(host, args) {
    return { folder: await host.file(args.path) }
  },
  plan({ folder }, args) {
    if (folder.type === 'directory') return []
    return [
      {
        what: \`create directory \${args.path}\`,
        actions: [{ do: 'script', script: \`mkdir -p -- \${quote(args.path)}\`, purpose: \`create \${args.path}\` }],
      },
    ]
  },
  result: (_state, args) => ({ path: args.path }),
})
`,
  [`test/modules/${name}/creates-what-is-missing.yml`]: `args:
  path: /srv/${name}
changes:
  - create directory /srv/${name}
`,
  [`test/modules/${name}/refuses-a-missing-path.yml`]: `args: {}
failure: path
`,
}

const taken = Object.keys(files).find((file) => existsSync(join(root, file)))
if (taken !== undefined) {
  process.stderr.write(`${taken} is there already\n`)
  process.exit(1)
}
for (const [file, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
  process.stdout.write(`${file}\n`)
}
