import type { RunEvent, RunEventOf, TaskRef } from '../base/event.ts'
import { isRecord, type Value } from '../base/value.ts'
import { str } from '../template/runtime/text.ts'
import { diffLines } from './_ansible-diff.ts'
import type { AnsibleColour, AnsibleDisplay } from './_ansible-display.ts'
import { AnsibleMessages } from './_ansible-messages.ts'
import { resultText } from './_ansible-result.ts'
import { showConfiguration } from './_ansible-start.ts'
import type { AnsibleOptions } from './ansible.ts'
import { errorChain } from './ansible-error.ts'
import type { Reporter } from './reporter.ts'

export type HostResult = RunEventOf<'host-task-result'>

/** What `ansible` and `ansible-console` print (the callback `minimal`): what each host answered, and nothing around it. */
export function createMinimalReporter(display: AnsibleDisplay, options: AnsibleOptions): Reporter {
  return answersReporter(display, options, showResult)
}

/** A reporter of what each host answered, each in its own form. */
export function answersReporter(
  display: AnsibleDisplay,
  options: AnsibleOptions,
  show: (event: HostResult, showing: Showing) => void,
): Reporter {
  const messages = new AnsibleMessages(display, options)
  showConfiguration(display, options)
  return {
    handle(event) {
      if (event.type === 'host-task-result') show(event, { display, options, messages })
      else showMessage(event, messages, display)
    },
    finish: () => Promise.resolve(),
  }
}

/** Warnings, errors that end the run, and jobs that are waited for. */
function showMessage(event: RunEvent, messages: AnsibleMessages, display: AnsibleDisplay): void {
  if (event.type === 'warning') messages.warning(event)
  if (event.type === 'error') messages.error(errorChain(event.error), 'stderr')
  if (event.type === 'included') display.show(`included: ${event.file} for ${event.hosts.join(', ')}`, { colour: 'included' })
}

export interface Showing {
  readonly display: AnsibleDisplay
  readonly options: AnsibleOptions
  readonly messages: AnsibleMessages
}

function showResult(event: HostResult, { display, options, messages }: Showing): void {
  const { host, result, task } = event
  const json = (): string =>
    resultText(task, result, { verbosity: options.verbosity, format: options.resultFormat, pretty: options.prettyResults ?? true })
  const show = (text: string, colour: AnsibleColour): void => {
    display.show(text, { colour })
  }
  switch (result.status) {
    case 'failed':
      messages.failure(result)
      return show(isPlainCommand(task) ? commandText(event, 'FAILED') : `${host} | FAILED! => ${json()}`, 'error')
    case 'unreachable':
      messages.failure(result)
      return show(`${host} | UNREACHABLE! => ${json()}`, 'unreachable')
    case 'skipped':
    case 'unknown':
      return show(`${host} | SKIPPED`, 'skip')
    case 'ok':
    case 'changed': {
      const state = stateOf(event)
      for (const [line, colour] of result.status === 'changed' ? diffLines(result.diffs) : []) display.show(line, { colour })
      return show(saysText(event) ? commandText(event, state) : `${host} | ${state} => ${json()}`, result.status)
    }
  }
}

export function stateOf({ result }: HostResult): 'CHANGED' | 'SUCCESS' {
  return result.status === 'changed' ? 'CHANGED' : 'SUCCESS'
}

/** Modules whose answer is what the command printed. */
export function isPlainCommand({ action }: TaskRef): boolean {
  return ['command', 'shell', 'raw'].includes(action.split('.').at(-1) ?? action)
}

/** The answer of a job is its record, whatever ran. */
export function saysText({ task, result }: HostResult): boolean {
  return isPlainCommand(task) && !Object.hasOwn(result.data, 'ansible_job_id')
}

function commandText({ host, result }: HostResult, caption: string): string {
  const { data } = result
  const parts = ['stdout', 'stderr', 'msg'].map((key) => textOf(data[key]))
  return `${host} | ${caption} | rc=${textOf(data['rc'] ?? -1)} >>\n${parts.join('')}\n`
}

export function textOf(value: Value | undefined): string {
  return value === undefined || value === null || isRecord(value) ? '' : str(value)
}
