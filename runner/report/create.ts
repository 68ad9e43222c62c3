import type { Emit, RunEvent } from '../base/event.ts'
import { Screen } from './_screen.ts'
import type { AnsibleDisplaySettings } from './ansible.ts'
import { createHumanReporter } from './human.ts'
import { createRecapReporter } from './recap.ts'
import type { Mask, Reporter, Sink } from './reporter.ts'

export interface ReportOptions {
  readonly output: 'human' | 'ansible' | 'minimal' | 'oneline' | 'json' | 'junit'
  readonly out: Sink
  readonly err: Sink
  readonly colours: boolean
  readonly diff: boolean
  readonly verbosity: number
  readonly mask: Mask
  readonly ansible: AnsibleDisplaySettings
  readonly logFile: string | undefined
  /** Folder of the journals, where one is wanted. */
  readonly journal: string | undefined
  /** Do not tell the configuration with `-v`. */
  readonly quiet?: boolean | undefined
  /** Folder that gets a file with the result of each host. */
  readonly tree?: string | undefined
}

/** The reporters a command line asks for, as one: what is not asked for is not loaded. */
export async function createReport(options: ReportOptions): Promise<{ readonly emit: Emit; readonly finish: () => Promise<void> }> {
  const journal = await journalOf(options)
  const shown = [...(await mainReporters(options)), ...(await fileReporters(options))]
  const reporters = [...journal, ...shown]
  return {
    emit(event) {
      for (const reporter of isRecalled(event) ? journal : reporters) reporter.handle(event)
    },
    async finish() {
      for (const reporter of reporters) await reporter.finish()
    },
  }
}

/** What an earlier run has done is for a later one to know, not news. */
function isRecalled(event: RunEvent): boolean {
  return event.type === 'host-task-result' && event.mark?.recalled === true
}

async function journalOf({ journal, mask }: ReportOptions): Promise<Reporter[]> {
  return journal === undefined ? [] : [(await import('./journal.ts')).createJournalReporter(journal, mask)]
}

async function mainReporters(options: ReportOptions): Promise<Reporter[]> {
  const { out, mask } = options
  switch (options.output) {
    case 'ansible':
    case 'minimal':
    case 'oneline':
      return [await ansibleReporter(options.output, options)]
    case 'json':
      return [(await import('./json.ts')).createJsonReporter(out, mask), errorsOf(options)]
    case 'junit':
      return [(await import('./junit.ts')).createJunitReporter(out, mask), errorsOf(options)]
    case 'human': {
      const screen = new Screen({ ...options, live: out.isTTY === true })
      return [createHumanReporter(screen, options), createRecapReporter(screen)]
    }
  }
}

async function ansibleReporter(callback: 'ansible' | 'minimal' | 'oneline', options: ReportOptions): Promise<Reporter> {
  const { AnsibleDisplay } = await import('./_ansible-display.ts')
  const display = new AnsibleDisplay(options)
  const settings = { ...options.ansible, verbosity: options.verbosity, quiet: options.quiet }
  switch (callback) {
    case 'ansible':
      return (await import('./ansible.ts')).createAnsibleReporter(display, settings)
    case 'minimal':
      return (await import('./minimal.ts')).createMinimalReporter(display, settings)
    case 'oneline':
      return (await import('./oneline.ts')).createOnelineReporter(display, settings)
  }
}

/** Warnings and errors must be seen even where the output is for a machine. */
function errorsOf(options: ReportOptions): Reporter {
  const screen = new Screen({ ...options, live: false })
  const human = createHumanReporter(screen, options)
  return {
    handle(event) {
      if (event.type === 'warning' || event.type === 'error') human.handle(event)
    },
    finish: () => human.finish(),
  }
}

async function fileReporters(options: ReportOptions): Promise<Reporter[]> {
  const log = options.logFile === undefined ? [] : [(await import('./log.ts')).createLogReporter(options.logFile, options.mask)]
  const { tree } = options
  const files = tree === undefined ? [] : [(await import('./tree.ts')).createTreeReporter(tree, options.verbosity, options.mask)]
  return [...log, ...files]
}
