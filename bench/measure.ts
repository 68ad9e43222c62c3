import { readFileSync } from 'node:fs'
import type { ChildResult } from '../lab/child.ts'

/** What one run of a program cost. */
export interface Sample {
  /** Seconds from start to end. */
  readonly wall: number
  /** Seconds of user and system time of the program and of all children it waited for; what it left running is not in it. */
  readonly cpu: number
}

/** The kernel counts the time of processes in hundredths of a second. */
const TICKS = 100

/** Runs a program and says what it cost. Only one may run at a time: the kernel adds the children of this process up. */
export async function measure(work: () => Promise<ChildResult>): Promise<Sample & { readonly result: ChildResult }> {
  const before = childTicks()
  const started = performance.now()
  const result = await work()
  const wall = (performance.now() - started) / 1000
  return { wall, cpu: (childTicks() - before) / TICKS, result }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Hosts of a recap (ours or Ansible's), and how many tasks changed or went wrong on them. */
export function readRecap(output: string): { hosts: number; changed: number; bad: number } {
  const rows = [...output.matchAll(/changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/g)]
  const sum = (column: number): number => rows.reduce((total, row) => total + Number(row[column]), 0)
  return { hosts: rows.length, changed: sum(1), bad: sum(2) + sum(3) }
}

/** `cutime` and `cstime` of this process. */
function childTicks(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return Number(fields[13]) + Number(fields[14])
}
