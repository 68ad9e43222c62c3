import type { AnsibleDisplaySettings } from '../../runner/report/ansible.ts'
import type { ReportOptions } from '../../runner/report/create.ts'
import type { Sink } from '../../runner/report/reporter.ts'

/** A stream that keeps what is written to it. */
export class TextSink implements Sink {
  readonly isTTY: boolean
  readonly columns = 60
  text = ''

  constructor(kind: 'file' | 'terminal' = 'file') {
    this.isTTY = kind === 'terminal'
  }

  write(text: string): void {
    this.text += text
  }
}

const ANSIBLE: AnsibleDisplaySettings = {
  displaySkippedHosts: true,
  displayOkHosts: true,
  displayFailedStderr: false,
  showCustomStats: false,
  showPerHostStart: false,
  checkModeMarkers: false,
  showTaskPathOnFailure: false,
  deprecationWarnings: true,
  resultFormat: 'json',
  prettyResults: undefined,
  configFile: undefined,
  cwd: '/',
  version: 'ansible-playbook [core 2.19.0]',
}

export function options(more: Partial<ReportOptions> & Pick<ReportOptions, 'out'>): ReportOptions {
  return {
    output: 'human',
    err: new TextSink(),
    colours: false,
    diff: false,
    verbosity: 0,
    mask: (text) => text,
    ansible: ANSIBLE,
    logFile: undefined,
    journal: undefined,
    ...more,
  }
}
