import type { RunEvent, RunEventOf, TaskRef } from '../base/event.ts'
import { formatSource } from '../base/source.ts'
import { Activity } from './_activity.ts'
import { duration } from './_duration.ts'
import { type DetailOptions, type Line, placeLines } from './_result-lines.ts'
import type { Screen } from './_screen.ts'
import type { Style } from './_style.ts'
import { type ResultGroup, TaskGroup } from './_task-group.ts'
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
  readonly #tasks = new Map<number, TaskGroup>()
  readonly #timer: NodeJS.Timeout | undefined
  #role: string | undefined
  #playHosts = 0
  /** The task whose live output was shown last. */
  #announced: number | undefined

  constructor(screen: Screen, options: DetailOptions) {
    this.#screen = screen
    this.#options = options
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
        return this.#group(event.task, [event.host]).addItem(event)
      case 'host-task-result':
        return this.#result(event)
      case 'retry':
        return this.#retry(event)
      case 'output':
        return this.#output(event)
      case 'included':
        return this.#options.verbosity > 0
          ? this.#screen.print([`    ${this.#screen.paint('dim', `included ${event.file}: ${event.hosts.join(', ')}`)}`])
          : undefined
      case 'rescued':
        return this.#screen.print([this.#row('ok', 'rescued', { name: event.block === '' ? 'block' : event.block, where: event.host })])
      case 'warning':
        return this.#screen.note([
          `${this.#screen.paint('warning', 'warning:')} ${event.message}`,
          ...this.#warningPlace(event),
          ...(event.hint === undefined ? [] : [`  hint: ${event.hint}`]),
        ])
      case 'no-more-hosts':
        return this.#screen.print(['', this.#screen.paint('failed', 'No hosts are left in this play.')])
      case 'error':
        return this.#error(event)
      case 'play-end':
      case 'run-end':
        return this.#flush()
      case 'run-start':
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
    this.#role = undefined
    this.#playHosts = event.hosts.length
    this.#screen.print(['', `${this.#heading(event.play.name)}  ${this.#screen.paint('dim', `(${event.hosts.join(', ')})`)}`])
    if (this.#options.verbosity > 1) this.#screen.print([this.#screen.paint('dim', `  ${formatSource(event.play.source)}`)])
  }

  #heading(name: string): string {
    return this.#screen.paint('heading', `PLAY ${name}`)
  }

  #taskStart(event: RunEventOf<'task-start'>): void {
    this.#flush()
    this.#tasks.set(event.task.id, new TaskGroup(event.task, event.hosts, this.#options))
  }

  #group(task: TaskRef, hosts: readonly string[]): TaskGroup {
    const known = this.#tasks.get(task.id)
    if (known !== undefined) return known
    const group = new TaskGroup(task, hosts, this.#options)
    this.#tasks.set(task.id, group)
    return group
  }

  /** Failures are shown at once; what went well waits for the other hosts. */
  #result(event: RunEventOf<'host-task-result'>): void {
    this.#activity.end(event)
    const group = this.#group(event.task, [event.host])
    group.addResult(event)
    const failed = event.result.status === 'failed' || event.result.status === 'unreachable'
    if (group.complete || failed) this.#show(group)
    if (group.complete) this.#tasks.delete(event.task.id)
    this.#drawStatus()
  }

  #flush(): void {
    for (const group of this.#tasks.values()) this.#show(group)
    this.#tasks.clear()
  }

  #show(group: TaskGroup): void {
    const shown = group.take().filter((result) => result.label !== 'skipped' || this.#options.verbosity > 0)
    if (shown.length === 0) return
    const role = this.#roleHeading(group.task)
    const path = this.#options.verbosity > 1 ? [this.#detail({ style: 'dim', text: `at ${formatSource(group.task.source)}` })] : []
    this.#screen.print([
      ...role,
      ...shown.flatMap((result) => [this.#resultRow(group.task, result), ...path, ...result.lines.map((line) => this.#detail(line))]),
    ])
  }

  #roleHeading(task: TaskRef): string[] {
    if (task.role === this.#role) return []
    this.#role = task.role
    return task.role === undefined ? [''] : ['', `  ${this.#screen.paint('role', task.role)}`]
  }

  #resultRow(task: TaskRef, result: ResultGroup): string {
    const all = result.hosts.length === this.#playHosts && result.hosts.length > 4
    const where = all ? `all ${String(result.hosts.length)} hosts` : result.hosts.join(', ')
    const name = shortName(task)
    const time = result.seconds >= 1 ? `  ${duration(result.seconds)}` : ''
    return this.#row(result.label === 'ignored' ? 'changed' : result.label, result.label, {
      name: task.handler ? `${name} (handler)` : name,
      where: where + time,
    })
  }

  #row(style: Style, label: string, what: { readonly name: string; readonly where: string }): string {
    return `    ${this.#screen.paint(style, label.padEnd(11))} ${what.name.padEnd(46)}  ${this.#screen.paint('dim', what.where)}`
  }

  #detail(line: Line): string {
    return `${' '.repeat(18)}${this.#screen.paint(line.style, line.text)}`
  }

  #retry(event: RunEventOf<'retry'>): void {
    this.#activity.retry(event)
    if (this.#options.verbosity > 0)
      this.#screen.print([this.#row('dim', 'retrying', { name: event.task.name, where: `${event.host}, ${String(event.left)} left` })])
  }

  #output(event: RunEventOf<'output'>): void {
    if (!this.#screen.live) return
    const lines = this.#activity.output(event)
    if (lines.length === 0) return
    const announced = this.#announced === event.task.id ? [] : this.#running(event)
    this.#announced = event.task.id
    this.#screen.print([...announced, ...lines.map((line) => this.#screen.paint('dim', `      ${event.host} | ${line}`))])
  }

  #running(event: RunEventOf<'output'>): string[] {
    return [...this.#roleHeading(event.task), this.#row('dim', 'running', { name: shortName(event.task), where: '' }).trimEnd()]
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

  #drawStatus(): void {
    this.#screen.status(this.#screen.paint('dim', this.#activity.status(Date.now())))
  }
}

/** The task's name without the role, which stands above it. */
function shortName({ name, role }: TaskRef): string {
  return role !== undefined && name.startsWith(`${role} : `) ? name.slice(role.length + 3) : name
}
