import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import { nearest } from '../../base/nearest.ts'
import { argumentDocs, moduleDocs } from '../../module/docs.ts'
import { createRegistry } from '../../module/load.ts'
import { modulePages } from '../../module/pages.ts'
import type { ActionSpec, Registry } from '../../module/registry.ts'
import { type OptionTable, parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import { definition, optionsHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { moduleFolder } from '../package-root.ts'

const OPTIONS = {
  path: { flags: ['-M', '--module-path'], kind: 'list', value: 'FOLDER', group: 'Options', help: 'A folder with modules of your own.' },
  write: {
    flags: ['--write'],
    kind: 'value',
    value: 'FOLDER',
    group: 'Options',
    help: 'Write the pages of all modules to a folder, in Markdown.',
  },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'Options', help: 'This text.' },
} as const satisfies OptionTable

/** `run doc [MODULE…]` */
export async function docCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  const target = args.value('write')
  if (args.flag('help')) io.stdout.write(`usage: run doc [MODULE…]\n\n${optionsHelp(OPTIONS)}`)
  else if (target !== undefined) await writePages(resolve(io.cwd, target))
  else await show(args.words, { io, from: args.list('path').map((path) => resolve(io.cwd, path)) })
  return EXIT.ok
}

async function show(names: readonly string[], { io, from }: { readonly io: Io; readonly from: readonly string[] }): Promise<void> {
  const { actionSpecs } = await import('../../execute/actions/index.ts')
  const registry = createRegistry({ builtinDir: moduleFolder(), actions: actionSpecs(), warn: () => undefined })
  if (names.length === 0) io.stdout.write(await overview(registry))
  for (const name of names) io.stdout.write(page(await found(registry, name, from)))
}

async function overview(registry: Registry): Promise<string> {
  const specs = await Promise.all(registry.names().map((name) => registry.find(name)))
  const known = specs.filter((spec) => spec !== undefined)
  const modules = known.flatMap(({ module }) => (module === undefined ? [] : [definition(module.name, module.summary)]))
  const actions = known.filter(({ kind }) => kind === 'action').map(({ name }) => name)
  return `Modules:\n${modules.join('\n')}\n\nActions of the controller:\n  ${actions.join(', ')}\n`
}

async function found(registry: Registry, name: string, from: readonly string[]): Promise<ActionSpec> {
  const spec = await registry.find(name, from)
  if (spec !== undefined) return spec
  const meant = nearest(name, registry.names())
  throw new RunnerError('options', `there is no module ${name}`, {
    hint: meant === undefined ? 'run doc lists them' : `did you mean ${meant}?`,
  })
}

function page(spec: ActionSpec): string {
  if (spec.module !== undefined) return moduleDocs(spec.module)
  const rows = argumentDocs(spec).map((arg) =>
    definition(arg.name, [arg.type, arg.required ? '(required)' : '', arg.description].filter((part) => part !== '').join(' ')),
  )
  return `${spec.name}: an action of the controller\n${rows.length === 0 ? '  no arguments' : rows.join('\n')}\n`
}

/** The folder afterwards holds the pages of today's modules and no others. */
async function writePages(folder: string): Promise<void> {
  const pages = await modulePages(moduleFolder())
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (file.endsWith('.md') && !pages.has(file)) rmSync(join(folder, file))
  for (const [file, text] of pages) writeFileSync(join(folder, file), text)
}
