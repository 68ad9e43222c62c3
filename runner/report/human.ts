import type { RunEvent, RunEventOf, TaskRef } from '../base/event.ts'
import { formatSource } from '../base/source.ts'
import { Activity } from './_activity.ts'
import { type DetailOptions, type Line, placeLines } from './_result-lines.ts'
import { hostRows, type Rows, taskRows } from './_rows.ts'
import type { Screen } from './_screen.ts'
import type { Style } from './_style.ts'
import { type ResultGroup, TaskGroup } from './_task-group.ts'
import { duration } from './duration.ts'
import type { Reporter } from './reporter.ts'

const TICK = 200

/** What a person reads while a run goes on: plays, roles, and one line for all hosts where a task ended alike. */
export function createHumanReporter(screen: Screen, options: DetailOptions): Reporter {
  const human = new HumanReporter(screen, options)
  return {
    handle: (event) => {
      human.handle(event)
    },
    finish: () => human.finish(),
  }
}

class HumanReporter {
  readonly #screen: Screen
  readonly #options: DetailOptions
  readonly #activity = new Activity()
  readonly #groups = new Map<string, TaskGroup>()
  readonly #timer: NodeJS.Timeout | undefined
  #rows: Rows
  #lockstep = true
  #asking = false
  #playHosts = 0
  /** The task whose live output was shown last. */
  #announced: string | undefined

  constructor(screen: Screen, options: DetailOptions) {
    this.#screen = screen
    this.#options = options
    this.#rows = taskRows(screen.paint)
    if (!screen.live) return
    this.#timer = setInterval(() => {
      this.#drawStatus()
    }, TICK)
    this.#timer.unref()
  }

  handle(event: RunEvent): void {
    switch (event.type) {
      case 'play-start':
        return this.#playStart(event)
      case 'play-skipped':
        return this.#screen.print([
          '',
          this.#heading(event.play.name),
          `  ${this.#screen.paint('dim', event.reason === 'no-hosts-matched' ? 'no hosts match' : 'no hosts are left')}`,
        ])
      case 'task-start':
        return this.#taskStart(event)
      case 'host-task-start':
        return this.#activity.start(event)
      case 'item-result':
        return this.#group(event).addItem(event)
      case 'host-task-result':
        return this.#result(event)
      case 'retry':
        return this.#retry(event)
      case 'output':
        return this.#output(event)
      case 'included':
        return this.#included(event)
      case 'rescued':
        return this.#rescued(event)
      case 'warning':
        return this.#screen.note([
          `${this.#screen.paint('warning', 'warning:')} ${event.message}`,
          ...this.#warningPlace(event),
          ...(event.hint === undefined ? [] : [`  hint: ${event.hint}`]),
        ])
      case 'prompt':
        return this.#prompt(event)
      case 'no-more-hosts':
        return this.#screen.print(['', this.#screen.paint('failed', 'No hosts are left in this play.')])
      case 'error':
        return this.#error(event)
      case 'play-end':
      case 'run-end':
        return this.#flush()
      case 'run-start':
      case 'batch-start':
      case 'job':
      case 'meta':
      case 'notified':
      case 'stats':
        return undefined
    }
  }

  finish(): Promise<void> {
    clearInterval(this.#timer)
    this.#flush()
    this.#screen.status('')
    return Promise.resolve()
  }

  #playStart(event: RunEventOf<'play-start'>): void {
    this.#flush()
    this.#lockstep = event.lockstep
    this.#rows = event.lockstep ? taskRows(this.#screen.paint) : hostRows(this.#screen.paint, event.hosts)
    this.#playHosts = event.hosts.length
    this.#screen.print(['', `${this.#heading(event.play.name)}  ${this.#screen.paint('dim', `(${event.hosts.join(', ')})`)}`])
    if (this.#options.verbosity > 1) this.#screen.print([this.#screen.paint('dim', `  ${formatSource(event.play.source)}`)])
  }

  #heading(name: string): string {
    return this.#screen.paint('heading', `PLAY ${name}`)
  }

  #taskStart(event: RunEventOf<'task-start'>): void {
    if (!this.#lockstep) return
    this.#flush()
    this.#groups.set(this.#key(event.task, ''), new TaskGroup(event.task, event.hosts, this.#options))
  }

  /** Hosts in step share a task's group; others have one each. */
  #key(task: TaskRef, host: string): string {
    return this.#lockstep ? String(task.id) : `${String(task.id)} ${host}`
  }

  #group({ task, host }: { readonly task: TaskRef; readonly host: string }): TaskGroup {
    const key = this.#key(task, host)
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const group = new TaskGroup(task, [host], this.#options)
    this.#groups.set(key, group)
    return group
  }

  /** Failures are shown at once; what went well waits for the other hosts. */
  #result(event: RunEventOf<'host-task-result'>): void {
    this.#activity.end(event)
    const group = this.#group(event)
    group.addResult(event)
    const failed = event.result.status === 'failed' || event.result.status === 'unreachable'
    if (group.complete || failed) this.#show(group)
    if (group.complete) this.#groups.delete(this.#key(event.task, event.host))
    this.#drawStatus()
  }

  #flush(): void {
    for (const group of this.#groups.values()) this.#show(group)
    this.#groups.clear()
  }

  #show(group: TaskGroup): void {
    const shown = group.take().filter((result) => result.label !== 'skipped' || this.#options.verbosity > 0)
    if (shown.length === 0) return
    const heading = this.#rows.heading(group.task)
    const path = this.#options.verbosity > 1 ? [this.#detail({ style: 'dim', text: `at ${formatSource(group.task.source)}` })] : []
    this.#screen.print([
      ...heading,
      ...shown.flatMap((result) => [this.#resultRow(group.task, result), ...path, ...result.lines.map((line) => this.#detail(line))]),
    ])
  }

  #resultRow(task: TaskRef, result: ResultGroup): string {
    const all = result.hosts.length === this.#playHosts && result.hosts.length > 4
    const name = shortName(task)
    return this.#rows.row({
      style: result.label === 'ignored' ? 'changed' : result.label,
      label: result.label,
      name: task.handler ? `${name} (handler)` : name,
      role: task.role,
      where: all ? `all ${String(result.hosts.length)} hosts` : result.hosts.join(', '),
      note: result.seconds >= 1 ? duration(result.seconds) : '',
    })
  }

  #detail(line: Line): string {
    return `${' '.repeat(18)}${this.#screen.paint(line.style, line.text)}`
  }

  #rescued({ block, host }: RunEventOf<'rescued'>): void {
    const name = block === '' ? 'block' : block
    this.#screen.print([this.#rows.row({ style: 'ok', label: 'rescued', name, role: undefined, where: host })])
  }

  #included({ file, hosts }: RunEventOf<'included'>): void {
    if (this.#options.verbosity > 0) this.#screen.print([`    ${this.#screen.paint('dim', `included ${file}: ${hosts.join(', ')}`)}`])
  }

  #retry(event: RunEventOf<'retry'>): void {
    this.#activity.retry(event)
    if (this.#options.verbosity > 0)
      this.#screen.print([
        this.#rows.row({ ...named(event.task), label: 'retrying', where: event.host, note: `${String(event.left)} left` }),
      ])
  }

  #output(event: RunEventOf<'output'>): void {
    if (!this.#screen.live) return
    const lines = this.#activity.output(event)
    if (lines.length === 0) return
    const key = this.#key(event.task, event.host)
    const announced = this.#announced === key ? [] : this.#running(event)
    this.#announced = key
    this.#screen.print([...announced, ...lines.map((line) => this.#screen.paint('dim', `      ${event.host} | ${line}`))])
  }

  #running(event: RunEventOf<'output'>): string[] {
    const where = this.#lockstep ? '' : event.host
    return [...this.#rows.heading(event.task), this.#rows.row({ ...named(event.task), label: 'running', where })]
  }

  #error(event: RunEventOf<'error'>): void {
    this.#flush()
    const { error } = event
    const place = error.source === undefined ? [] : placeLines(error.source).map((line) => `  ${this.#screen.paint(line.style, line.text)}`)
    this.#screen.note([
      `${this.#screen.paint('failed', 'ERROR:')} ${error.message}`,
      ...place,
      ...error.trace.map((line) => `  ${line}`),
      ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
    ])
  }

  #warningPlace(event: RunEventOf<'warning'>): string[] {
    return event.source === undefined ? [] : [`  at ${formatSource(event.source)}`]
  }

  /** What a person types must not be drawn over. */
  #prompt({ state }: RunEventOf<'prompt'>): void {
    this.#asking = state === 'asking'
    if (this.#asking) this.#screen.status('')
  }

  #drawStatus(): void {
    if (this.#asking || !this.#screen.live) return
    this.#screen.status(this.#screen.paint('dim', this.#activity.status(Date.now())))
  }
}

/** A row in passing: what is tried again, what is under way. */
function named(task: TaskRef): { readonly style: Style; readonly name: string; readonly role: string | undefined } {
  return { style: 'dim', name: shortName(task), role: task.role }
}

/** The task's name without the role, which stands above it. */
function shortName({ name, role }: TaskRef): string {
  return role !== undefined && name.startsWith(`${role} : `) ? name.slice(role.length + 3) : name
}
