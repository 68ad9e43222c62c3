import type { Emit } from '../../base/event.ts'
import { ADHOC_OPTIONS, type AdhocChoices, adhocChoices } from '../adhoc-options.ts'
import { adhocPlaybook, checkAdhoc } from '../adhoc-play.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import type { Job, Loaded } from '../job.ts'
import { commandHelp } from '../overview.ts'
import { withReport } from '../with-report.ts'

/** `run adhoc PATTERN`: one module on hosts, without a playbook. */
export async function adhocCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(ADHOC_OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(commandHelp('adhoc', io, ADHOC_OPTIONS))
    return EXIT.ok
  }
  const choices = adhocChoices(args, io)
  return withReport(choices, io, (reporting) => readAndRun({ choices, playbooks: [], io, ...reporting }, choices))
}

async function readAndRun(job: Job, choices: AdhocChoices): Promise<number> {
  if (job.io.tool !== undefined) tellDeprecated(choices, job.emit)
  const { openAdhoc } = await import('../read-adhoc.ts')
  const { project, inventory, hosts, matched, compile } = await openAdhoc(job, choices.pattern)
  if (choices.show.size > 0) {
    job.io.stdout.write([`  hosts (${String(matched.length)}):`, ...matched.map((host) => `    ${host}`), ''].join('\n'))
    return EXIT.ok
  }
  checkAdhoc(choices)
  if (matched.length === 0 && inventory.hosts.length > 0) return EXIT.ok
  const loaded: Loaded = { project, inventory, hosts, ...(await compile(adhocPlaybook(choices))) }
  return (await import('../run-playbooks.ts')).runPlaybooks(job, loaded)
}

function tellDeprecated({ oneLine, tree }: AdhocChoices, emit: Emit): void {
  for (const [flag, callback, used] of [
    ['-o', 'oneline', oneLine],
    ['-t', 'tree', tree !== undefined],
  ] as const) {
    if (!used) continue
    const told = { type: 'warning', at: Date.now(), kind: 'deprecation' } as const
    const hint = `Use callback configuration to enable the ${callback} callback instead.`
    emit({ ...told, message: `The '${flag}' argument is deprecated.`, hint })
    emit({ ...told, message: `The ${callback} callback plugin is deprecated.` })
  }
}
