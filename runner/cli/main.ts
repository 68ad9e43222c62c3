import { messageOf, RunnerError } from '../base/error.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'
import type { Command, Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** Commands are loaded when they are called: `--version` must not pay for SSH and templates. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  lab: async () => (await import('./commands/lab.ts')).labCommand,
  secrets: async () => (await import('./commands/secrets.ts')).secretsCommand,
  vault: async () => (await import('./commands/vault.ts')).vaultCommand,
  doc: async () => (await import('./commands/doc.ts')).docCommand,
  timeline: async () => (await import('./commands/timeline.ts')).timelineCommand,
  inventory: async () => (await import('./commands/inventory.ts')).inventoryCommand,
}

/** Runs one command line and gives its exit code; nothing escapes it. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io)
  } catch (error) {
    return explain(error, argv, io)
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv
  if (first === '--version') {
    const { versionText } = await import('./version.ts')
    io.stdout.write(`${versionText()}\n`)
    return EXIT.ok
  }
  if (first === 'help' || first === '--help' || first === '-h') {
    const { helpText } = await import('./overview.ts')
    io.stdout.write(helpText())
    return EXIT.ok
  }
  const load = first === undefined || !Object.hasOwn(COMMANDS, first) ? undefined : COMMANDS[first]
  if (load !== undefined) return (await load())(rest, io)
  const { playbookCommand } = await import('./commands/playbook.ts')
  return playbookCommand(argv, io)
}

async function explain(error: unknown, argv: readonly string[], io: Io): Promise<number> {
  if (error instanceof UsageError) {
    const { usageLine } = await import('./overview.ts')
    io.stderr.write(`${usageLine(argv)}\nrun: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}\n`)
    return EXIT.usage
  }
  if (io.signal.aborted) return EXIT.interrupted
  if (error instanceof RunnerError && error.code !== 'bug') {
    io.stderr.write(`ERROR: ${error.format()}\n`)
    return exitCodeOf(error.code)
  }
  return explainBug(error, argv, io)
}

function explainBug(error: unknown, argv: readonly string[], io: Io): number {
  const text = error instanceof RunnerError ? error.format() : messageOf(error)
  io.stderr.write(`UNEXPECTED ERROR, please report it: ${text}\n`)
  const wanted = argv.some((word) => /^-v{3,}$/.test(word))
  if (wanted) for (let at: unknown = error; at instanceof Error; at = at.cause) io.stderr.write(`${at.stack ?? ''}\n`)
  else io.stderr.write('  (-vvv shows where it came from)\n')
  return EXIT.bug
}
