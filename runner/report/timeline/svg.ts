import { duration } from '../duration.ts'
import { clock } from './clock.ts'
import type { Span, TaskSpan, Timeline } from './spans.ts'

const WIDTH = 1000
const LEFT = 100
const RIGHT = 20
const TOP = 46
const LANE = 44
const BAR = 30
/** A bar or a task narrower than this many pixels is not drawn. */
const THINNEST = 0.4
/** A task wider than this gets an outline and its name as a tooltip. */
const OUTLINED = 6
const LETTER = 6.6

const COLOURS = [
  '#4e79a7', '#f28e2b', '#59a14f', '#b07aa1', '#e15759', '#76b7b2', '#edc948', '#9c755f', '#ff9da7', '#86bcb6', '#a0cbe8', '#8cd17d',
] // biome-ignore format: a table

/** The picture of a run: a lane for each host, in it a bar for each role, over a common clock. A whole SVG document. */
export function timelineSvg(timeline: Timeline): string {
  const labels = [...new Set(timeline.spans.filter(({ from, to }) => to - from >= timeline.length / 500).map(({ label }) => label))]
  const colour = (label: string): string => COLOURS[labels.indexOf(label) % COLOURS.length] ?? '#888888'
  const scale = (WIDTH - LEFT - RIGHT) / Math.max(1, timeline.length)
  const bottom = TOP + timeline.hosts.length * LANE
  const parts = [
    ...ticks(timeline.length, scale, bottom),
    ...playMarks(timeline, scale, bottom),
    ...timeline.hosts.map((host, index) => text(8, TOP + index * LANE + LANE / 2 + 4, host, 'host')),
    ...timeline.spans.flatMap((span) => bar(span, { scale, top: TOP + timeline.hosts.indexOf(span.host) * LANE, colour })),
  ]
  return document([...parts, ...legend(labels, bottom + 40, colour)], bottom + 58)
}

function document(parts: readonly string[], height: number): string {
  const style = 'text{font:12px sans-serif;fill:#222}.host{font-weight:bold}.dim{fill:#666;font-size:11px}.bar{fill:#fff;font-size:11px}'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" width="${String(WIDTH)}" height="${String(height)}">`,
    `<style>${style}</style>`,
    `<rect width="${String(WIDTH)}" height="${String(height)}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function ticks(length: number, scale: number, bottom: number): readonly string[] {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((seconds) => length / 1000 / seconds <= 12) ?? 7200
  const count = Math.floor(length / 1000 / step)
  return Array.from({ length: count + 1 }, (_, index) => {
    const x = LEFT + index * step * 1000 * scale
    return `${line(x, TOP - 6, bottom, '#ddd')}${text(x, bottom + 16, clock(index * step * 1000), 'dim', 'middle')}`
  })
}

/** A line where a play begins, and its name where there is room before the next one. */
function playMarks({ plays, length }: Timeline, scale: number, bottom: number): readonly string[] {
  return plays.flatMap(({ name, from }, index) => {
    const room = ((plays[index + 1]?.from ?? length) - from) * scale
    const x = LEFT + from * scale
    return [line(x, 24, bottom, '#999'), ...(name.length * LETTER <= room + RIGHT ? [text(x + 3, 34, name, 'dim')] : [])]
  })
}

function legend(labels: readonly string[], y: number, colour: (label: string) => string): readonly string[] {
  let x = LEFT
  return labels.flatMap((label) => {
    const at = x
    x += label.length * LETTER + 30
    return [box({ x: at, y: y - 9, width: 10, height: 10, fill: colour(label) }), text(at + 14, y, label, 'dim')]
  })
}

interface Place {
  readonly scale: number
  readonly top: number
  readonly colour: (label: string) => string
}

function bar(span: Span, { scale, top, colour }: Place): readonly string[] {
  const width = (span.to - span.from) * scale
  if (width < THINNEST) return []
  const x = LEFT + span.from * scale
  const y = top + (LANE - BAR) / 2
  const fits = span.label.length * LETTER + 6 < width
  return [
    `<g><title>${escaped(`${span.label}: ${duration((span.to - span.from) / 1000)}`)}</title>`,
    box({ x, y, width, height: BAR, fill: colour(span.label) }),
    ...span.tasks.filter(({ from, to }) => (to - from) * scale >= OUTLINED).map((task) => taskBox(task, scale, y)),
    ...(fits ? [text(x + 4, y + 13, span.label, 'bar')] : []),
    '</g>',
  ]
}

/** The lower part of a bar shows its long tasks. */
function taskBox(task: TaskSpan, scale: number, top: number): string {
  const place = { x: LEFT + task.from * scale, y: top + BAR - 11, width: (task.to - task.from) * scale, height: 9 }
  const title = `${task.name}: ${duration((task.to - task.from) / 1000)}, ${task.status}`
  return `<g><title>${escaped(title)}</title>${box({ ...place, fill: '#fff', opacity: 0.45 })}</g>`
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly fill: string
  readonly opacity?: number
}

function box({ x, y, width, height, fill, opacity = 1 }: Box): string {
  const at = `x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"`
  return `<rect ${at} fill="${fill}" fill-opacity="${String(opacity)}" stroke="#fff" stroke-width="0.5"/>`
}

function line(x: number, from: number, to: number, colour: string): string {
  return `<line x1="${px(x)}" y1="${px(from)}" x2="${px(x)}" y2="${px(to)}" stroke="${colour}"/>`
}

function text(x: number, y: number, words: string, style: string, anchor = 'start'): string {
  return `<text x="${px(x)}" y="${px(y)}" class="${style}" text-anchor="${anchor}">${escaped(words)}</text>`
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
