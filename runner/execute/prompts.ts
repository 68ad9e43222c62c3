import { RunnerError } from '../base/error.ts'
import { Secret, toPlain, type Value } from '../base/value.ts'
import type { VarEntry, VarMap } from '../load/layer.ts'
import { templateOf } from '../load/text.ts'
import type { Play, Prompt } from '../plan/types.ts'
import type { Scope } from '../template/scope.ts'
import type { RunContext } from './context.ts'
import { withLocals } from './scope.ts'
import type { Terminal } from './terminal.ts'

/** The answers to a play's `vars_prompt`, asked before its hosts are chosen. What `-e` gives is not asked for. */
export async function askPrompts(run: RunContext, play: Play, scope: Scope): Promise<VarMap> {
  const answers = new Map<string, VarEntry>()
  for (const prompt of play.varsPrompt) {
    if (run.options.extraVars.has(prompt.name)) continue
    answers.set(prompt.name, { value: await answer(run, prompt, scope), source: prompt.source })
  }
  return answers
}

async function answer(run: RunContext, prompt: Prompt, scope: Scope): Promise<Value> {
  const { engine } = run.options
  const field = (value: Value | undefined): Value => (value === undefined ? null : engine.render(value, scope))
  const fallback = prompt.default === undefined ? undefined : field(prompt.default)
  const hidden = flag(field(prompt.private)) ?? true
  const question = { text: questionOf(prompt, field(prompt.prompt), fallback), hidden, twice: flag(field(prompt.confirm)) === true }
  const typed = await ask(run, question)
  const value = typed === undefined || typed === '' ? defaultText(fallback) : typed
  const kind = field(prompt.encrypt)
  if (kind !== null)
    return encrypted(run, { prompt, scope, locals: { password: value, kind, salt: field(prompt.salt), size: field(prompt.saltSize) } })
  if (typeof value !== 'string' || value !== typed) return value
  const template = flag(field(prompt.unsafe)) === true ? value : templateOf(value, prompt.source)
  return hidden && typeof template === 'string' ? secret(run, template) : template
}

interface Question {
  readonly text: string
  readonly hidden: boolean
  readonly twice: boolean
}

function questionOf(prompt: Prompt, text: Value, fallback: Value | undefined): string {
  const asked = text === null ? prompt.name : String(toPlain(text))
  if (asked === '') return `input for ${prompt.name}`
  return fallback === undefined ? asked : `${asked} [${String(toPlain(fallback))}]`
}

async function ask(run: RunContext, question: Question): Promise<string | undefined> {
  if (run.conversation === undefined) {
    run.warn('Not prompting as we are not in interactive mode', undefined)
    return undefined
  }
  const typed = await run.conversation.hold((terminal) => askOn(terminal, question, run.options.signal))
  run.checkInterrupted()
  return typed
}

async function askOn(terminal: Terminal, { text, hidden, twice }: Question, signal: AbortSignal): Promise<string | undefined> {
  const echo = hidden ? 'hidden' : 'shown'
  for (;;) {
    const typed = await terminal.ask(text, echo, signal)
    if (!twice || typed === undefined || (await terminal.ask(`confirm ${text}`, echo, signal)) === typed) return typed
    terminal.say('***** VALUES ENTERED DO NOT MATCH ****')
  }
}

/** Without an answer and a default a variable is the text None, as with ansible. */
function defaultText(fallback: Value | undefined): Value {
  if (fallback === undefined || fallback === null) return 'None'
  return fallback instanceof Secret ? fallback : String(toPlain(fallback))
}

interface Encryption {
  readonly prompt: Prompt
  readonly scope: Scope
  readonly locals: { readonly password: Value; readonly kind: Value; readonly salt: Value; readonly size: Value }
}

function encrypted(run: RunContext, { prompt, scope, locals }: Encryption): Value {
  const inner = withLocals(scope, new Map(Object.entries(locals)))
  try {
    return run.options.engine.evaluate('password | password_hash(kind, salt=salt, salt_size=size)', inner, prompt.source)
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
    throw new RunnerError('variable', `vars_prompt '${prompt.name}': ${error.message}`, {
      source: prompt.source,
      hint: error.hint,
      cause: error,
    })
  }
}

function secret(run: RunContext, text: string): Secret {
  const made = new Secret(text)
  run.options.secrets.add(made)
  return made
}

function flag(value: Value): boolean | undefined {
  if (value === null || typeof value === 'boolean') return value ?? undefined
  return ['yes', 'true', 'on', '1', 'y', 't'].includes(String(toPlain(value)).toLowerCase())
}
