import { join } from 'node:path'
import type { RunEvent } from '../../runner/base/event.ts'
import type { TaskResult } from '../../runner/base/result.ts'
import type { Example, Module } from '../../runner/module/define.ts'
import { importModule, listModules } from '../../runner/module/load.ts'

/** What is done with an example in a run in check mode, where predictions build on each other, and then in a real one. */
export const PHASES = { foreseen: ['foreseen', 'foreseen again'], real: ['check', 'run', 'check again', 'run again'] } as const

export type PlaybookKind = keyof typeof PHASES
export type Phase = (typeof PHASES)[PlaybookKind][number]

export interface ModuleExample {
  readonly module: string
  readonly example: Example
  readonly checkMode: Module['checkMode']
  /** Unique among all examples. */
  readonly title: string
}

/** Where an example is run: on a lab's host, in a virtual machine with a kernel of its own, or nowhere. */
export function placeOf({ example }: ModuleExample): 'host' | 'machine' | undefined {
  if (example.lab === undefined || example.lab === false) return undefined
  return example.lab.kernel === undefined ? 'host' : 'machine'
}

/** Every example of every module of the product: by name of module and, within one, as they are written. */
export async function allExamples(): Promise<readonly ModuleExample[]> {
  const files = [...listModules(join(import.meta.dirname, '../../modules')).values()]
  const modules = await Promise.all(files.map(importModule))
  return modules.flatMap(({ name, checkMode, examples }) =>
    examples.map((example) => ({ module: name, checkMode, example, title: `${name}: ${example.name}` })),
  )
}

/**
 * A play that makes the host ready for each example and goes through its phases (`foreseen`: for a run in check mode). Where a step of
 * one fails, the next example has its turn.
 */
export function examplesPlaybook(examples: readonly ModuleExample[], kind: PlaybookKind): string {
  const blocks = examples.map((each) => indented(block(each, PHASES[kind]), 4))
  return ['- name: Examples', '  hosts: all', '  tasks:', ...blocks, ''].join('\n')
}

function block({ example, title }: ModuleExample, phases: readonly Phase[]): string {
  const steps = phases.map((phase) => task(example.yaml, [`name: ${quoted(nameOf(title, phase))}`, ...checkMode(phase)]))
  const rescue = task('debug:', [`name: ${quoted(nameOf(title, 'failed'))}`])
  return ['- block:', ...[...preparation(example), ...steps].map((each) => indented(each, 4)), '  rescue:', indented(rescue, 4)].join('\n')
}

/** It happens in a run in check mode too. */
function preparation({ lab }: Example): readonly string[] {
  if (lab === undefined || lab === false || lab.before === undefined) return []
  return [`- check_mode: false\n  block:\n${indented(asList(lab.before), 4)}`]
}

function checkMode(phase: Phase): readonly string[] {
  return phase.startsWith('check') ? ['check_mode: true'] : []
}

/** One task with lines of ours in front; a name of its own gives way. */
function task(yaml: string, lines: readonly string[]): string {
  const text = asList(yaml)
    .replace(/^- /, '  ')
    .replace(/^ {2}name:.*\n/m, '')
  return `- ${lines.join('\n  ')}\n${text}`
}

/** A task written without its dash gets one. */
function asList(yaml: string): string {
  const text = yaml.trim()
  return text.startsWith('- ') ? text : `- ${indented(text, 2).trimStart()}`
}

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by))
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function nameOf(title: string, step: Phase | 'failed'): string {
  return `${title} (${step})`
}

/** How the steps of an example ended. */
export interface ExampleRun {
  readonly results: ReadonlyMap<Phase, TaskResult>
  /** The task that failed and what it said: the steps after it were not run. */
  readonly failure: string | undefined
}

/** Reads the events of the examples' play. */
export function exampleRun({ title }: ModuleExample, events: readonly RunEvent[]): ExampleRun {
  const results = new Map<Phase, TaskResult>()
  let lastFailure: string | undefined
  let failure: string | undefined
  for (const event of events) {
    if (event.type !== 'host-task-result') continue
    const { task: ref, result } = event
    const phase = [...PHASES.foreseen, ...PHASES.real].find((each) => ref.name === nameOf(title, each))
    if (phase !== undefined) results.set(phase, result)
    if (result.status === 'failed' || result.status === 'unreachable') lastFailure = `${ref.name}: ${result.message ?? 'failed'}`
    if (ref.name === nameOf(title, 'failed')) failure = lastFailure
  }
  return { results, failure }
}
