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

export function options(more: Partial<ReportOptions> & Pick<ReportOptions, 'out'>): ReportOptions {
  return {
    output: 'human',
    err: new TextSink(),
    colours: false,
    diff: false,
    verbosity: 0,
    mask: (text) => text,
    logFile: undefined,
    journal: undefined,
    ...more,
  }
}
