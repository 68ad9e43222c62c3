import type { TaskRef } from '../base/event.ts'
import type { Paint, Style } from './_style.ts'

/** What a row tells of a task or block. */
export interface Row {
  readonly style: Style
  readonly label: string
  readonly name: string
  readonly role: string | undefined
  /** The hosts it is about. */
  readonly where: string
  /** How long it took, what is left to try. */
  readonly note?: string | undefined
}

/** How rows stand on the page. */
export interface Rows {
  /** What stands above the rows of another role than the last one's. */
  heading(task: TaskRef): string[]
  row(row: Row): string
}

/** For hosts in step: roles as headings, and behind each task the hosts it ended alike for. */
export function taskRows(paint: Paint): Rows {
  let role: string | undefined
  return {
    heading(task) {
      if (task.role === role) return []
      role = task.role
      return task.role === undefined ? [''] : ['', `  ${paint('role', task.role)}`]
    },
    row({ style, label, name, where, note }) {
      const end = paint('dim', [where, note].filter((part) => part !== undefined && part !== '').join('  '))
      return `    ${paint(style, label.padEnd(11))} ${name.padEnd(46)}  ${end}`.trimEnd()
    },
  }
}

/** For hosts that go each at its own pace: whose row it is stands in front, and the role with the task. */
export function hostRows(paint: Paint, hosts: readonly string[]): Rows {
  const width = Math.max(10, ...hosts.map((host) => host.length))
  return {
    heading: () => [],
    row({ style, label, name, role, where, note }) {
      const task = `${role === undefined ? '' : `${paint('role', role)} : `}${name}`
      const end = note === undefined || note === '' ? '' : `  ${paint('dim', note)}`
      return `    ${paint(style, label.padEnd(11))} ${where.padEnd(width)}  ${task}${end}`
    },
  }
}
