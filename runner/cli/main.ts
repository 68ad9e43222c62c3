import { messageOf, RunnerError } from '../base/error.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'
import type { Command, Io } from './io.ts'
import { commandOf as toolCommand } from './tools.ts'
import { UsageError } from './usage-error.ts'

/** Commands are loaded when they are called: `--version` must not pay for SSH and templates. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  adhoc: async () => (await import('./commands/adhoc.ts')).adhocCommand,
  console: async () => (await import('./commands/console.ts')).consoleCommand,
  pull: async () => (await import('./commands/pull.ts')).pullCommand,
  galaxy: async () => (await import('./commands/galaxy.ts')).galaxyCommand,
  lab: async () => (await import('./commands/lab.ts')).labCommand,
  secrets: async () => (await import('./commands/secrets.ts')).secretsCommand,
  vault: async () => (await import('./commands/vault.ts')).vaultCommand,
  doc: async () => (await import('./commands/doc.ts')).docCommand,
  timeline: async () => (await import('./commands/timeline.ts')).timelineCommand,
  inventory: async () => (await import('./commands/inventory.ts')).inventoryCommand,
}

/** Runs one command line and gives its exit code; nothing escapes it. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const called = commandOf(argv, io)
  try {
    return await dispatch(called, io)
  } catch (error) {
    return explain(error, called, io)
  }
}

/** A command's name, and the words behind it. */
interface Called {
  readonly name: string
  readonly args: readonly string[]
}

/** Called by the name of one of ansible's programs, the whole line belongs to its command. */
function commandOf(argv: readonly string[], { tool }: Io): Called {
  if (tool !== undefined) return { name: toolCommand(tool), args: argv }
  const [first = '', ...rest] = argv
  return Object.hasOwn(COMMANDS, first) ? { name: first, args: rest } : { name: 'playbook', args: argv }
}

async function dispatch({ name, args }: Called, io: Io): Promise<number> {
  const [first] = args
  if (args.includes('--version') && io.tool !== undefined) {
    const { toolVersion } = await import('./tool-version.ts')
    io.stdout.write(`${toolVersion(io.tool, io)}\n`)
    return EXIT.ok
  }
  if (first === '--version') {
    const { versionText } = await import('./version.ts')
    io.stdout.write(`${versionText()}\n`)
    return EXIT.ok
  }
  if (io.tool === undefined && name === 'playbook' && (first === 'help' || first === '--help' || first === '-h')) {
    const { helpText } = await import('./overview.ts')
    io.stdout.write(helpText())
    return EXIT.ok
  }
  const load = COMMANDS[name]
  if (load !== undefined) return (await load())(args, io)
  const { playbookCommand } = await import('./commands/playbook.ts')
  return playbookCommand(args, io)
}

async function explain(error: unknown, { name, args }: Called, io: Io): Promise<number> {
  if (error instanceof UsageError) {
    const { usageLine } = await import('./overview.ts')
    const hint = error.hint === undefined ? '' : `; ${error.hint}`
    io.stderr.write(`${usageLine(name, io)}\n${io.tool === undefined ? 'run:' : `${io.tool}: error:`} ${error.message}${hint}\n`)
    return EXIT.usage
  }
  if (io.signal.aborted) return EXIT.interrupted
  if (error instanceof RunnerError && error.code !== 'bug') {
    io.stderr.write(io.tool === undefined ? `ERROR: ${error.format()}\n` : (await import('../report/ansible-error.ts')).ansibleError(error))
    return exitCodeOf(error.code)
  }
  return explainBug(error, args, io)
}

function explainBug(error: unknown, argv: readonly string[], io: Io): number {
  const text = error instanceof RunnerError ? error.format() : messageOf(error)
  io.stderr.write(`UNEXPECTED ERROR, please report it: ${text}\n`)
  const wanted = argv.some((word) => /^-v{3,}$/.test(word))
  if (wanted) for (let at: unknown = error; at instanceof Error; at = at.cause) io.stderr.write(`${at.stack ?? ''}\n`)
  else io.stderr.write('  (-vvv shows where it came from)\n')
  return EXIT.bug
}
