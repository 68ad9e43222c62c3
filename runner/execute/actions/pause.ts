import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { record, toPlain, type Value } from '../../base/value.ts'
import { bool, float } from '../../module/args.ts'
import { ok } from '../executed.ts'
import type { RenderedArgs } from '../render-args.ts'
import type { TaskRun } from '../task-run.ts'
import { defineAction } from './_define.ts'

/** Waits for a time, or for a person at the terminal. Once for the whole play. */
export const pause = defineAction({
  name: 'pause',
  wholePlay: true,
  args: z
    .strictObject({
      seconds: float().optional(),
      minutes: float().optional(),
      prompt: z.string().optional(),
      echo: bool().default(true),
    })
    .refine(({ seconds, minutes }) => seconds === undefined || minutes === undefined, 'parameters are mutually exclusive: minutes|seconds'),
  async run(task, args) {
    const start = new Date()
    const echo = !['false', 'no', 'off', '0'].includes(String(toPlain(args.get('echo') ?? true)).toLowerCase())
    const seconds = secondsOf(args)
    const input = seconds === undefined ? await answer(task, args, echo) : await wait(task, seconds)
    const stop = new Date()
    const spent = (stop.getTime() - start.getTime()) / 1000
    const inMinutes = seconds === undefined || args.has('minutes')
    return ok(
      record([
        ['stdout', `Paused for ${inMinutes ? `${shown(spent / 60)} minutes` : `${shown(spent)} seconds`}`],
        ['stderr', ''],
        ['rc', 0],
        ['echo', echo],
        ['start', pythonTime(start)],
        ['stop', pythonTime(stop)],
        ['delta', Math.floor(spent)],
        ['user_input', input],
      ]),
    )
  },
})

/** At least one; undefined where a person is to be waited for. */
function secondsOf(args: RenderedArgs): number | undefined {
  const number = (value: Value | undefined): number | undefined => (value === undefined ? undefined : Number(value))
  const minutes = number(args.get('minutes'))
  const seconds = minutes === undefined ? number(args.get('seconds')) : minutes * 60
  return seconds === undefined ? undefined : Math.max(1, seconds)
}

async function wait(task: TaskRun, seconds: number): Promise<string> {
  await sleep(seconds * 1000, undefined, { signal: task.signal }).catch(() => undefined)
  return ''
}

async function answer(task: TaskRun, args: RenderedArgs, echo: boolean): Promise<string> {
  const { conversation } = task.play.run
  if (conversation === undefined) {
    task.warn('Not waiting for response to prompt as stdin is not interactive')
    return ''
  }
  const prompt = args.get('prompt')
  const text = `${typeof prompt === 'string' ? prompt : 'Press enter to continue, Ctrl+C to interrupt'}${echo ? '' : ' (output is hidden)'}`
  const typed = await conversation.hold((terminal) => terminal.ask(`[${task.ref.name}]\n${text}`, echo ? 'shown' : 'hidden', task.signal))
  task.play.run.checkInterrupted()
  return typed ?? ''
}

function shown(spent: number): string {
  const rounded = Math.round(spent * 100) / 100
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded)
}

/** `2026-01-31 12:00:00.123000`, as Python prints a time. */
function pythonTime(time: Date): string {
  return `${time.toISOString().slice(0, 23).replace('T', ' ')}000`
}
