import { TASK_OPTIONS, taskChoices } from '../adhoc-options.ts'
import { type OptionTable, parseArguments } from '../arguments.ts'
import { connectionDefaults } from '../connection-defaults.ts'
import { Console } from '../console.ts'
import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { commandHelp } from '../overview.ts'
import { openAdhoc } from '../read-adhoc.ts'
import { runChoices } from '../run-choices.ts'
import { RUN_OPTIONS } from '../run-options.ts'
import { nobodyLeft } from '../target-hosts.ts'
import { withReport } from '../with-report.ts'

const OPTIONS = { ...TASK_OPTIONS, ...RUN_OPTIONS } as const satisfies OptionTable

/** `run console [PATTERN]`: modules and commands for hosts, typed one after the other. */
export async function consoleCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(commandHelp('console', io, OPTIONS))
    return EXIT.ok
  }
  const [pattern = 'all'] = args.words
  const run = runChoices(args, io)
  const choices = { ...run, ...taskChoices(args, io), yes: true, output: 'minimal' as const }
  return withReport(choices, io, async (reporting) => {
    const job = { choices, playbooks: [], io, ...reporting }
    const opened = await openAdhoc(job, pattern)
    if (opened.matched.length === 0 && opened.inventory.hosts.length > 0) throw nobodyLeft()
    const defaults = await connectionDefaults(choices.connection, reporting.secrets, io)
    await new Console(job, opened, { pattern, timeout: choices.timeout, defaults }).talk()
    return EXIT.ok
  })
}
