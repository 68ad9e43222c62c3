import { relative } from 'node:path'
import type { RunEvent, RunEventOf, TaskRef } from '../base/event.ts'
import { str } from '../template/runtime/text.ts'
import { diffLines } from './_ansible-diff.ts'
import type { AnsibleColour, AnsibleDisplay } from './_ansible-display.ts'
import { AnsibleMessages } from './_ansible-messages.ts'
import { showRecap } from './_ansible-recap.ts'
import { resultText, showsResult } from './_ansible-result.ts'
import { showConfiguration } from './_ansible-start.ts'
import { CustomStats } from './_ansible-stats.ts'
import { hostLabel, itemText, jobText } from './_ansible-words.ts'
import { isDebug } from './_result-lines.ts'
import { errorChain } from './ansible-error.ts'
import type { Reporter } from './reporter.ts'

/** The flags that ansible's default callback looks at, and its settings. */
export interface AnsibleOptions extends AnsibleDisplaySettings {
  readonly verbosity: number
  /** The configuration was told already. */
  readonly quiet?: boolean | undefined
}

export interface AnsibleDisplaySettings {
  readonly displaySkippedHosts: boolean
  readonly displayOkHosts: boolean
  readonly displayFailedStderr: boolean
  readonly showCustomStats: boolean
  readonly showPerHostStart: boolean
  readonly checkModeMarkers: boolean
  readonly showTaskPathOnFailure: boolean
  readonly deprecationWarnings: boolean
  readonly resultFormat: 'json' | 'yaml'
  readonly prettyResults: boolean | undefined
  /** The ansible.cfg that is in use. */
  readonly configFile: string | undefined
  /** Paths of playbooks are shown as from here. */
  readonly cwd: string
  /** The lines of `--version`. */
  readonly version: string
}

type Outcome = RunEventOf<'host-task-result'> | RunEventOf<'item-result'>

/** What `ansible-playbook` prints, line for line (ansible-core 2.19's default callback). */
export function createAnsibleReporter(display: AnsibleDisplay, options: AnsibleOptions): Reporter {
  const reporter = new AnsibleReporter(display, options)
  showConfiguration(display, options)
  return {
    handle: (event) => {
      reporter.handle(event)
    },
    finish: () => Promise.resolve(),
  }
}

class AnsibleReporter {
  readonly #display: AnsibleDisplay
  readonly #options: AnsibleOptions
  readonly #messages: AnsibleMessages
  readonly #stats = new CustomStats()
  #checkMode = false
  #lockstep = true
  /** The task whose banner was printed last. */
  #banner: number | undefined
  #fatal = false

  constructor(display: AnsibleDisplay, options: AnsibleOptions) {
    this.#display = display
    this.#options = options
    this.#messages = new AnsibleMessages(display, options)
  }

  handle(event: RunEvent): void {
    switch (event.type) {
      case 'run-start':
        return this.#runStart(event)
      case 'play-start':
        this.#lockstep = event.lockstep
        return
      case 'batch-start':
        return this.#playBanner(event.play.name)
      case 'play-skipped':
        this.#playBanner(event.play.name)
        return this.#display.show('skipping: no hosts matched', { colour: 'skip' })
      case 'task-start':
        return this.#taskStart(event)
      case 'host-task-start':
        return this.#options.showPerHostStart
          ? this.#display.show(` [started TASK: ${event.task.name} on ${event.host}]`, { colour: 'ok' })
          : undefined
      case 'item-result':
        return this.#item(event)
      case 'host-task-result':
        return this.#result(event)
      case 'retry':
        return this.#retry(event)
      case 'included':
        return this.#included(event)
      case 'meta':
      case 'job':
      case 'notified':
        return this.#aside(event)
      case 'warning':
        return this.#messages.warning(event)
      case 'no-more-hosts':
        // Once for the percentage that was exceeded, once for there being nobody left.
        this.#display.banner('NO MORE HOSTS LEFT')
        return this.#display.banner('NO MORE HOSTS LEFT')
      case 'error':
        this.#fatal = true
        return this.#messages.error(errorChain(event.error), 'stderr')
      case 'run-end':
        return this.#runEnd(event)
      case 'output':
      case 'rescued':
      case 'prompt':
      case 'play-end':
        return undefined
      case 'stats':
        return this.#stats.add(event)
    }
  }

  /** What is no result of a task. */
  #aside(event: RunEventOf<'meta' | 'job' | 'notified'>): void {
    switch (event.type) {
      case 'meta':
        return this.#meta(event)
      case 'job':
        return this.#display.show(jobText(event), { colour: 'debug' })
      case 'notified':
        if (this.#options.verbosity > 1) this.#display.show(`NOTIFIED HANDLER ${event.handler} for ${event.host}`, { colour: 'verbose' })
    }
  }

  #runStart(event: RunEventOf<'run-start'>): void {
    this.#checkMode = event.checkMode
    if (this.#options.verbosity > 1) for (const [file, plays] of Object.entries(event.plays ?? {})) this.#playbook(file, plays)
    if (event.checkMode && this.#options.checkModeMarkers) this.#display.banner('DRY RUN')
  }

  #playbook(file: string, plays: number): void {
    this.#display.banner(`PLAYBOOK: ${file.split('/').at(-1) ?? file}`)
    this.#display.show(`${String(plays)} plays in ${relative(this.#options.cwd, file)}`, { colour: 'verbose' })
  }

  #playBanner(name: string): void {
    const shown = name.trim()
    this.#display.banner(
      `PLAY${shown === '' ? '' : ` [${shown}]`}${this.#checkMode && this.#options.checkModeMarkers ? ' [CHECK MODE]' : ''}`,
    )
  }

  #taskStart({ task }: { readonly task: TaskRef }): void {
    if (this.#lockstep && this.#options.displaySkippedHosts && this.#options.displayOkHosts) this.#taskBanner(task)
  }

  /** A banner for each host, whatever was told of the task before. */
  #meta(event: RunEventOf<'meta'>): void {
    this.#banner = undefined
    this.#taskStart(event)
    if (this.#options.verbosity > 1) this.#display.show(`META: ${event.message}`, { colour: 'verbose' })
    if (event.result !== undefined && this.#options.displaySkippedHosts)
      this.#line({ ...event, result: event.result }, `skipping: [${event.host}]`, 'skip')
  }

  #taskBanner(task: TaskRef): void {
    const marker = task.checkMode && this.#options.checkModeMarkers ? ' [CHECK MODE]' : ''
    this.#display.banner(`${task.handler ? 'RUNNING HANDLER' : 'TASK'} [${task.name.trim()}]${marker}`)
    if (this.#options.verbosity > 1) this.#taskPath(task)
    this.#banner = task.id
  }

  #needBanner(task: TaskRef): void {
    if (this.#banner !== task.id) this.#taskBanner(task)
  }

  #taskPath({ source }: TaskRef): void {
    this.#display.show(`task path: ${source.file.path}:${String(source.line)}`, { colour: 'debug' })
  }

  #item(event: RunEventOf<'item-result'>): void {
    const { status } = event.result
    const item = `(item=${itemText(event)})`
    if (status === 'failed' || status === 'unreachable') return this.#failedItem(event, item)
    if (status === 'skipped') {
      if (this.#options.displaySkippedHosts) this.#line(event, `skipping: [${event.host}] => ${item} `, 'skip')
      return
    }
    if (status !== 'changed' && !this.#options.displayOkHosts) return
    this.#diff(event)
    this.#line(
      event,
      `${status === 'changed' ? 'changed' : 'ok'}: [${hostLabel(event)}] => ${item}`,
      status === 'changed' ? 'changed' : 'ok',
    )
  }

  #failedItem(event: RunEventOf<'item-result'>, item: string): void {
    this.#needBanner(event.task)
    this.#messages.failure(event.result)
    this.#display.show(`failed: [${hostLabel(event)}] ${item} => ${this.#json(event)}`, {
      colour: 'error',
      stream: this.#messages.failedStream,
    })
  }

  #result(event: RunEventOf<'host-task-result'>): void {
    switch (event.result.status) {
      case 'failed':
        return this.#failed(event)
      case 'unreachable':
        return this.#unreachable(event)
      case 'skipped':
        if (this.#options.displaySkippedHosts) this.#line(event, `skipping: [${event.host}]`, 'skip')
        return
      case 'changed':
      case 'ok':
      case 'unknown':
        return this.#ok(event)
    }
  }

  #ok(event: RunEventOf<'host-task-result'>): void {
    const changed = event.result.status === 'changed'
    if (!changed && !this.#options.displayOkHosts) return
    if (event.looped) return this.#needBanner(event.task)
    this.#diff(event)
    this.#line(event, `${changed ? 'changed' : 'ok'}: [${hostLabel(event)}]`, changed ? 'changed' : 'ok')
  }

  #failed(event: RunEventOf<'host-task-result'>): void {
    this.#needBanner(event.task)
    const hasItems = event.looped && Object.hasOwn(event.result.data, 'results')
    if (!hasItems) this.#messages.failure(event.result)
    if (!hasItems || isDebug(event.task)) {
      if (this.#options.verbosity < 2 && this.#options.showTaskPathOnFailure) this.#taskPath(event.task)
      this.#display.show(`fatal: [${hostLabel(event)}]: FAILED! => ${this.#json(event)}`, {
        colour: 'error',
        stream: this.#messages.failedStream,
      })
    }
    this.#ignoring(event)
  }

  #unreachable(event: RunEventOf<'host-task-result'>): void {
    this.#needBanner(event.task)
    this.#messages.failure(event.result)
    this.#display.show(`fatal: [${hostLabel(event)}]: UNREACHABLE! => ${this.#json(event)}`, {
      colour: 'unreachable',
      stream: this.#messages.failedStream,
    })
    this.#ignoring(event)
  }

  #ignoring(event: RunEventOf<'host-task-result'>): void {
    if (event.result.ignored === true) this.#display.show('...ignoring', { colour: 'skip' })
  }

  /** A result's line, with its JSON where it is asked for. */
  #line(event: Pick<Outcome, 'task' | 'result'>, text: string, colour: AnsibleColour): void {
    this.#needBanner(event.task)
    const json = showsResult(event.result, this.#options.verbosity) ? ` => ${this.#json(event)}` : ''
    this.#display.show(`${text}${json}`, { colour })
  }

  #json(event: Pick<Outcome, 'task' | 'result'>): string {
    const { verbosity, resultFormat, prettyResults } = this.#options
    return resultText(event.task, event.result, { verbosity, format: resultFormat, pretty: prettyResults })
  }

  #diff(event: Outcome): void {
    if (event.result.status !== 'changed') return
    const lines = diffLines(event.result.diffs)
    if (lines.length === 0) return
    this.#needBanner(event.task)
    for (const [line, colour] of lines) this.#display.show(line, { colour })
  }

  #retry(event: RunEventOf<'retry'>): void {
    const result = this.#options.verbosity > 2 ? `Result was: ${this.#json(event)}` : ''
    this.#display.show(`FAILED - RETRYING: [${event.host}]: ${event.task.name} (${String(event.left)} retries left).${result}`, {
      colour: 'debug',
    })
  }

  #included(event: RunEventOf<'included'>): void {
    const label = event.label === undefined ? '' : ` => (item=${str(event.label)})`
    this.#display.show(`included: ${event.file} for ${event.hosts.join(', ')}${label}`, { colour: 'included' })
  }

  #runEnd(event: RunEventOf<'run-end'>): void {
    if (this.#fatal) return
    showRecap(event.hosts, this.#display)
    if (this.#options.showCustomStats) this.#stats.show(this.#display)
    if (this.#checkMode && this.#options.checkModeMarkers) this.#display.banner('DRY RUN')
  }
}
