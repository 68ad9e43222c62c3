import type { AnsibleColour, AnsibleDisplay } from './_ansible-display.ts'
import { resultText } from './_ansible-result.ts'
import type { AnsibleOptions } from './ansible.ts'
import { answersReporter, type HostResult, isPlainCommand, type Showing, saysText, stateOf, textOf } from './minimal.ts'
import type { Reporter } from './reporter.ts'

const WITHOUT_TRACEBACK =
  'An exception occurred during task execution. To see the full traceback, use -vvv. The error was: (traceback unavailable)'

/** What `ansible -o` prints (the callback `oneline`): one line a host. */
export function createOnelineReporter(display: AnsibleDisplay, options: AnsibleOptions): Reporter {
  return answersReporter(display, options, showResult)
}

function showResult(event: HostResult, { display, options }: Showing): void {
  const { host, result, task } = event
  const json = (): string =>
    resultText(task, result, { ...options, format: 'json', pretty: true, indent: 0, whole: true }).replaceAll('\n', '')
  const show = (text: string, colour: AnsibleColour): void => {
    display.show(text, { colour })
  }
  switch (result.status) {
    case 'failed':
      show(isPlainCommand(task) ? commandText(event, 'FAILED') : WITHOUT_TRACEBACK, 'error')
      return show(`${host} | FAILED! => ${json()}`, 'error')
    case 'unreachable':
      return show(`${host} | UNREACHABLE!: ${textOf(result.data['msg'])}`, 'unreachable')
    case 'skipped':
    case 'unknown':
      return show(`${host} | SKIPPED`, 'skip')
    case 'ok':
    case 'changed':
      return show(saysText(event) ? commandText(event, stateOf(event)) : `${host} | ${stateOf(event)} => ${json()}`, result.status)
  }
}

function commandText({ host, result }: HostResult, caption: string): string {
  const flat = (key: string): string => textOf(result.data[key]).replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  const errors = flat('stderr')
  const head = `${host} | ${caption} | rc=${textOf(result.data['rc'] ?? -1)} | (stdout) ${flat('stdout')}`
  return errors === '' ? head : `${head} (stderr) ${errors}`
}
