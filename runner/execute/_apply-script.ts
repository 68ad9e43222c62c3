import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { printfFormat, quote, quoteArgv } from '../base/quote.ts'
import { Secret } from '../base/value.ts'
import { quotePath } from '../host/probes/path.ts'
import type { Action, RunAction, ScriptAction, WriteAction } from '../module/change.ts'
import { uploadBeside } from './_apply-upload.ts'
import type { ApplyTarget } from './apply.ts'

/** An action as shell text. */
export interface Part {
  readonly action: RunAction | ScriptAction | WriteAction
  readonly script: string
  readonly timeout?: number | undefined
  /** What must have happened before the script can run; a refusal of the host is returned as text. */
  readonly before?: (() => Promise<string | undefined>) | undefined
}

/** What the host can do by itself once it is told. */
export type Shippable = Part['action']

/** What the controller has a part in. */
export type Alone = Exclude<Action, Shippable>

export function isShippable(action: Action): action is Shippable {
  return action.do === 'run' || action.do === 'script' || action.do === 'write'
}

/** Larger contents are streamed instead of being part of the shell text. */
const INLINE_BOUND = 64 * 1024

export function prepare(action: Part['action'], target: ApplyTarget): Promise<Part> {
  switch (action.do) {
    case 'run':
      return Promise.resolve({ action, script: runScript(action, target.env), timeout: action.timeout })
    case 'script':
      return Promise.resolve({ action, script: `( ${exports(target.env)}${action.script}\n)` })
    case 'write':
      return writePart(action, target)
  }
}

/** Variables of a task as shell text for a subshell. */
export function exports(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${quote(value)}; `)
    .join('')
}

/** The program runs in a group of its own; its number comes back through descriptor 3, its output goes past the substitution through 4. */
function runScript(action: RunAction, env: Readonly<Record<string, string>>): string {
  const spawn =
    action.user === undefined
      ? `sr_spawn ${quoteArgv(action.argv)}`
      : `sr_spawn_as ${quote(action.user)} ${quote(`exec ${quoteArgv(action.argv)}`)}`
  const lines = [
    'exec 3>&1 1>&4 4>&-',
    `${exports({ ...env, ...action.env })}:`,
    ...(action.cwd === undefined ? [] : [`cd ${quotePath(action.cwd)} || exit 1`]),
    ...(action.umask === undefined ? [] : [`umask ${action.umask.toString(8).padStart(4, '0')}`]),
    action.stdin === undefined ? spawn : `printf ${printfFormat(bytesOf(action.stdin))} 2>/dev/null 3>&- | ${spawn}`,
  ]
  return `{ sr_pg=$( ${lines.join('\n')}\n); } 4>&1`
}

async function writePart(action: WriteAction, target: ApplyTarget): Promise<Part> {
  const temporary = temporaryName()
  const bytes = await smallContent(action.content)
  if (bytes !== undefined)
    return { action, script: `sr_content() { printf ${printfFormat(bytes)}; }\n${writeScript(action, temporary, 'inline')}` }
  return {
    action,
    script: writeScript(action, temporary, 'uploaded'),
    before: () => uploadBeside(action, temporary, { session: target.session, signal: target.signal, content: streamOf(action.content) }),
  }
}

export function temporaryName(): string {
  return `.stackrun.${randomBytes(8).toString('hex')}`
}

/** Puts a content into its place; `uploaded`: it lies under the temporary name already. */
export function writeScript(action: Omit<WriteAction, 'do' | 'content'>, temporary: string, content: 'inline' | 'uploaded'): string {
  const mode = action.mode === undefined ? '' : action.mode.toString(8).padStart(4, '0')
  const words = [action.link ?? 'follow', content, temporary, mode, action.owner ?? '', action.group ?? '']
  const last = [action.backup === true ? 'backup' : '', action.validate ?? '', action.keepSame === true ? 'keep' : '']
  return `sr_write ${quotePath(action.path)} ${quoteArgv([...words, ...last])}`
}

async function smallContent(content: WriteAction['content']): Promise<Buffer | undefined> {
  if (typeof content === 'object' && 'local' in content)
    return (await stat(content.local)).size > INLINE_BOUND ? undefined : readFile(content.local)
  const bytes = bytesOf(content)
  return bytes.length > INLINE_BOUND ? undefined : bytes
}

function streamOf(content: WriteAction['content']): AsyncIterable<Uint8Array> | Uint8Array {
  return typeof content === 'object' && 'local' in content ? createReadStream(content.local) : bytesOf(content)
}

function bytesOf(content: string | Buffer | Secret): Buffer {
  if (Buffer.isBuffer(content)) return content
  return Buffer.from(content instanceof Secret ? content.reveal() : content, 'utf8')
}
