import { duration } from '../duration.ts'
import { clock } from './clock.ts'
import type { Span, Timeline } from './spans.ts'

/** The phases of a run as text: for each play, when each host began and ended each role, and the longest task of it. */
export function timelineTable(timeline: Timeline): string {
  const long = timeline.spans.filter(({ from, to }) => to - from >= timeline.length / 200)
  const lines = timeline.plays.flatMap(({ name, from }) => {
    const rows = long.filter(({ play }) => play === name).map(spanRow)
    return [`${clock(from).padStart(6)}  ${name}`, ...rows]
  })
  return [...lines, `${clock(timeline.length).padStart(6)}  end`, ''].join('\n')
}

function spanRow({ host, label, from, to, tasks }: Span): string {
  const longest = tasks.reduce((one, other) => (other.to - other.from > one.to - one.from ? other : one))
  const most = `${longest.name} ${seconds(longest.to - longest.from)}`
  return `  ${clock(from).padStart(6)} - ${clock(to).padStart(6)}  ${seconds(to - from).padStart(8)}  ${host.padEnd(12)} ${label.padEnd(14)} ${most}`
}

function seconds(milliseconds: number): string {
  return duration(milliseconds / 1000)
}
