import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import { nearest } from '../../base/nearest.ts'
import { argumentDocs, moduleDocs } from '../../module/docs.ts'
import { createRegistry } from '../../module/load.ts'
import { modulePages } from '../../module/pages.ts'
import type { ActionSpec, Registry } from '../../module/registry.ts'
import { type Arguments, type OptionTable, parseArguments } from '../arguments.ts'
import { docList, docRecord, docSnippet, docText, summaryOf } from '../doc-forms.ts'
import { EXIT } from '../exit-code.ts'
import { definition } from '../help.ts'
import type { Io } from '../io.ts'
import { commandHelp } from '../overview.ts'
import { moduleFolder } from '../package-root.ts'
import { warnLine } from '../warn-line.ts'

const OPTIONS = {
  path: { flags: ['-M', '--module-path'], kind: 'list', value: 'FOLDER', group: 'Options', help: 'A folder with modules of your own.' },
  write: {
    flags: ['--write'],
    kind: 'value',
    value: 'FOLDER',
    group: 'Options',
    help: 'Write the pages of all modules to a folder, in Markdown.',
  },
  list: { flags: ['-l', '--list'], kind: 'flag', group: 'Options', help: 'List the modules.' },
  snippet: { flags: ['-s', '--snippet'], kind: 'flag', group: 'Options', help: 'A task to paste, with all arguments.' },
  json: { flags: ['-j', '--json'], kind: 'flag', group: 'Options', help: 'JSON, as ansible-doc gives it.' },
  type: {
    flags: ['-t', '--type'],
    kind: 'value',
    value: 'module',
    group: 'Options',
    help: 'What to tell of; there are modules alone.',
  },
  verbose: { flags: ['-v', '--verbose'], kind: 'count', group: 'Options', help: 'Accepted; there is nothing more to say.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'Options', help: 'This text.' },
} as const satisfies OptionTable

/** `run doc [MODULE…]` */
export async function docCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  const target = args.value('write')
  const type = args.value('type') ?? 'module'
  if (args.flag('help')) io.stdout.write(commandHelp('doc', io, OPTIONS))
  else if (target !== undefined) await writePages(resolve(io.cwd, target))
  else if (type !== 'module') throw new RunnerError('options', `there are no plugins of the type ${type}, modules alone`)
  else await show(args, io)
  return EXIT.ok
}

async function show(args: Arguments<typeof OPTIONS>, io: Io): Promise<void> {
  const { actionSpecs } = await import('../../execute/actions/index.ts')
  const registry = createRegistry({ builtinDir: moduleFolder(), actions: actionSpecs(), warn: () => undefined })
  const from = args
    .list('path')
    .flatMap((path) => path.split(':'))
    .map((path) => resolve(io.cwd, path))
  if (args.flag('list')) {
    print(io, await listed(registry, args.flag('json')))
    return
  }
  if (args.words.length === 0) {
    if (io.tool !== undefined) throw new RunnerError('options', 'Missing name(s), incorrect options passed for detailed documentation.')
    print(io, await overview(registry))
    return
  }
  const specs: ActionSpec[] = []
  for (const name of args.words) {
    const spec = io.tool === undefined ? await found(registry, name, from) : await registry.find(name, from)
    if (spec === undefined) warnLine(io, `${name} was not found`)
    else specs.push(spec)
  }
  if (args.flag('json')) print(io, json(Object.fromEntries(specs.map((spec) => [spec.name, docRecord(spec)]))))
  else for (const spec of specs) print(io, args.flag('snippet') ? docSnippet(spec) : io.tool === undefined ? page(spec) : docText(spec))
}

async function listed(registry: Registry, asJson: boolean): Promise<string> {
  const specs = (await Promise.all(registry.names().map((name) => registry.find(name)))).filter((spec) => spec !== undefined)
  return asJson ? json(Object.fromEntries(specs.map((spec) => [spec.name, summaryOf(spec)]))) : docList(specs)
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 4)}\n`
}

function print(io: Io, text: string): void {
  io.stdout.write(text)
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
