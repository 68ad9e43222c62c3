import { RunnerError } from '../base/error.ts'
import { toPlain, type Value } from '../base/value.ts'
import { readDebugger } from '../plan/debuggers.ts'
import type { TaskStep } from '../plan/types.ts'
import { type DebugCommand, readCommand } from './_debug-command.ts'
import { DebugSession } from './_debug-session.ts'
import type { PlayRun } from './context.ts'
import { stepScope } from './scope.ts'
import type { TaskOutcome } from './task.ts'
import type { Terminal } from './terminal.ts'

const HELP = `p EXPRESSION               print task, task.args, task_vars, task_vars['name'], host or result
task.args['name'] = VALUE  change an argument of the task
task_vars['name'] = VALUE  change a variable
u                          take the task as it is written again
r                          run the task again on this host
c                          go on
q                          end the run`

/**
 * The task debugger (`debugger:`, `strategy: debug`): asks what to do about the end of a task on one host, and runs it again as
 * often as it is told to. Where nobody can be asked the outcome stands.
 */
export async function debugged(
  play: PlayRun,
  step: TaskStep,
  first: TaskOutcome,
  redo: (session: DebugSession) => Promise<TaskOutcome>,
): Promise<TaskOutcome> {
  let outcome = first
  const session = new DebugSession(play, step, first.host)
  while (needsDebugger(play, step, outcome)) {
    const { conversation } = play.run
    if (conversation === undefined) {
      play.run.warn('the task debugger asks nobody: there is no terminal', step.source)
      return outcome
    }
    const seen = outcome
    const next = await conversation.hold((terminal) => talk({ terminal, session, play }, seen))
    if (next === 'quit') throw new RunnerError('interrupted', 'the run was ended in the task debugger')
    if (next === 'continue') return outcome
    outcome = await redo(session)
  }
  return outcome
}

function needsDebugger(play: PlayRun, step: TaskStep, { host, executed: { status } }: TaskOutcome): boolean {
  const keyword = step.keywords.debugger
  const when =
    keyword === undefined ? undefined : readDebugger(play.run.options.engine.render(keyword, stepScope(play, host, step)), step.source)
  switch (when) {
    case 'always':
      return true
    case 'never':
      return false
    case 'on_skipped':
      if (status === 'skipped') return true
      break
    case 'on_failed':
      if (status === 'failed') return true
      break
    case 'on_unreachable':
      if (status === 'unreachable') return true
      break
    case undefined:
  }
  return play.strategy === 'debug' && (status === 'failed' || status === 'unreachable')
}

interface Talk {
  readonly terminal: Terminal
  readonly session: DebugSession
  readonly play: PlayRun
}

async function talk(on: Talk, outcome: TaskOutcome): Promise<'redo' | 'continue' | 'quit'> {
  for (;;) {
    const line = await on.terminal.ask(`[${outcome.host.name}] ${outcome.ref.name} (debug)>`, 'shown', on.play.run.options.signal)
    if (line === undefined) return 'quit'
    const command = readCommand(line)
    if (command.do === 'redo' || command.do === 'continue' || command.do === 'quit') return command.do
    carryOut(on, command, outcome)
  }
}

function carryOut({ terminal, session, play }: Talk, command: DebugCommand, outcome: TaskOutcome): void {
  const say = (text: string): void => {
    terminal.say(play.run.options.secrets.mask(text))
  }
  try {
    switch (command.do) {
      case 'print':
      case 'evaluate':
        return say(shown(session.evaluate(command.expression, outcome)))
      case 'set':
        return session.set(command.what, command.name, session.evaluate(command.expression, outcome))
      case 'delete':
        return session.delete(command.what, command.name)
      case 'update':
        return session.update()
      case 'help':
        return say(HELP)
      default:
        return undefined
    }
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    say(`*** ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`)
  }
}

function shown(value: Value): string {
  return JSON.stringify(toPlain(value), null, 2)
}
