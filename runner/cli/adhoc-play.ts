import { RunnerError } from '../base/error.ts'
import type { SourceFile } from '../base/source.ts'
import { fromJson } from '../base/value.ts'
import { str } from '../template/runtime/text.ts'

/** One task of a command line. */
export interface AdhocTask {
  readonly pattern: string
  readonly module: string
  /** `k=v` words, the words of a command, or JSON in braces. */
  readonly args: string
  /** Seconds that the task may take; 0: as long as it likes. */
  readonly timeout: number
  /** Seconds that it may go on as a job; 0: it is no job. */
  readonly background: number
  readonly poll: number
  /** Keywords of the play besides. */
  readonly keywords?: Readonly<Record<string, unknown>> | undefined
}

/** Modules that do nothing without arguments. */
const NEEDS_ARGUMENTS = new Set(['command', 'shell', 'raw', 'script'])

/** @throws RunnerError `options` for what cannot be done with one task alone */
export function checkAdhoc({ module, args, pattern }: AdhocTask): void {
  const short = module.replace(/^ansible\.(builtin|legacy)\./, '')
  if (NEEDS_ARGUMENTS.has(short) && args.trim() === '')
    throw new RunnerError('options', `No argument passed to ${module} module`, {
      hint: pattern.endsWith('.yml') ? 'did you mean to run a playbook?' : undefined,
    })
  if (short === 'import_playbook') throw new RunnerError('options', `'${module}' is not a valid action for ad-hoc commands`)
}

/** A playbook of one play with one task, as text: what a person could have written into a file. JSON is YAML. */
export function adhocPlaybook(task: AdhocTask): SourceFile {
  const { pattern, module, timeout, background, poll, keywords = {} } = task
  const args = argumentsOf(task)
  const step = {
    [module]: args,
    ...(timeout > 0 ? { timeout } : {}),
    ...(background > 0 ? { async: background, poll } : {}),
  }
  const head = JSON.stringify({ name: 'Ansible Ad-Hoc', hosts: pattern, gather_facts: false, ...keywords })
  return {
    path: `<adhoc '${module}' task>`,
    text: `[${head.slice(0, -1)}, "tasks": [\n${JSON.stringify(step)}\n]}]`,
    shown: shownTask(task, args),
  }
}

function argumentsOf({ args }: AdhocTask): unknown {
  const text = args.trim()
  if (text === '') return null
  if (!text.startsWith('{') || !text.endsWith('}')) return args
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed
  } catch {
    return args
  }
}

/** The task as ansible shows it where an error happened. */
function shownTask({ module, args, timeout, background, poll }: AdhocTask, parsed: unknown): string {
  const words = typeof parsed === 'object' && parsed !== null ? parsed : NEEDS_ARGUMENTS.has(module) ? { _raw_params: args } : pairs(args)
  return str(fromJson({ action: module, args: words, timeout, async_val: background, poll }))
}

function pairs(args: string): Record<string, string> {
  const words = args.match(/[^\s=]+=(?:"[^"]*"|'[^']*'|\S*)/g) ?? []
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      return [word.slice(0, at), word.slice(at + 1).replace(/^(["'])(.*)\1$/, '$2')] as const
    }),
  )
}
