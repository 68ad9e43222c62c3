import type { FileDiff } from '../base/diff.ts'
import type { AnsibleColour } from './_ansible-display.ts'
import { unified } from './_unified.ts'

/** The lines of a result's differences, each with its colour, and an empty one behind each difference. */
export function diffLines(diffs: readonly FileDiff[]): readonly (readonly [string, AnsibleColour | undefined])[] {
  return diffs.flatMap((diff) => {
    const lines = unified({ ...diff, beforeName: header('before', diff.beforeName), afterName: header('after', diff.afterName) })
    if (lines.length === 0) return []
    return [...lines.map((line) => [line, colourOf(line)] as const), ['', undefined] as const]
  })
}

function header(side: 'before' | 'after', name: string): string {
  return name === '' ? side : `${side}: ${name}`
}

function colourOf(line: string): AnsibleColour | undefined {
  return line.startsWith('+') ? 'diffAdd' : line.startsWith('-') ? 'diffRemove' : line.startsWith('@@') ? 'diffLines' : undefined
}
