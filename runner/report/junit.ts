import { stripVTControlCharacters } from 'node:util'
import type { HostTally, RunEventOf } from '../base/event.ts'
import { formatSource } from '../base/source.ts'
import { resultLines } from './_result-lines.ts'
import type { Mask, Reporter, Sink } from './reporter.ts'

type HostResult = RunEventOf<'host-task-result'>

interface Suite {
  readonly name: string
  readonly cases: HostResult[]
}

/** JUnit XML at the end of the run, as build servers read it: a suite a play, a case a task on a host. */
export function createJunitReporter(sink: Sink, mask: Mask): Reporter {
  const suites: Suite[] = []
  let tallies: Readonly<Record<string, HostTally>> = {}
  return {
    handle(event) {
      if (event.type === 'play-start') suites.push({ name: event.play.name, cases: [] })
      if (event.type === 'host-task-result') suites.at(-1)?.cases.push(event)
      if (event.type === 'run-end') tallies = event.hosts
    },
    finish() {
      sink.write(mask(document(suites, Object.keys(tallies).length)))
      return Promise.resolve()
    },
  }
}

function document(suites: readonly Suite[], hosts: number): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="stackrun" hosts="${String(hosts)}"${totals(suites.flatMap((suite) => suite.cases))}>`,
    ...suites.map(suiteText),
    '</testsuites>',
    '',
  ].join('\n')
}

function suiteText(suite: Suite): string {
  return [`  <testsuite name="${escape(suite.name)}"${totals(suite.cases)}>`, ...suite.cases.map(caseText), '  </testsuite>'].join('\n')
}

function totals(cases: readonly HostResult[]): string {
  const count = (holds: (each: HostResult) => boolean): string => String(cases.filter(holds).length)
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0).toFixed(3)
  return ` tests="${String(cases.length)}" failures="${count(isFailure)}" errors="${count(isError)}" skipped="${count(isSkipped)}" time="${seconds}"`
}

function caseText(event: HostResult): string {
  const head = `    <testcase name="${escape(`[${event.host}] ${event.task.name}`)}" classname="${escape(formatSource(event.task.source))}" time="${event.seconds.toFixed(3)}"`
  const body = bodyOf(event)
  return body === '' ? `${head}/>` : `${head}>\n      ${body}\n    </testcase>`
}

function bodyOf(event: HostResult): string {
  const { result } = event
  const details = resultLines(event.task, result, { diff: false, verbosity: 0 }).map((line) => line.text)
  const message = escape(result.message ?? details[0] ?? result.status)
  const text = escape(details.join('\n'))
  if (isError(event)) return `<error type="unreachable" message="${message}">${text}</error>`
  if (isFailure(event)) return `<failure message="${message}">${text}</failure>`
  if (isSkipped(event)) return `<skipped message="${message}"/>`
  return text === '' ? '' : `<system-out>${text}</system-out>`
}

function isError(event: HostResult): boolean {
  return event.result.status === 'unreachable'
}

function isFailure(event: HostResult): boolean {
  return event.result.status === 'failed' && event.result.ignored !== true
}

function isSkipped(event: HostResult): boolean {
  return event.result.status === 'skipped' || event.result.status === 'unknown'
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML has no way to write most control characters, not even as entities: they are dropped. */
function escape(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char)
}
