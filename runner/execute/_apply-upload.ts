import { posix } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { quoteArgv } from '../base/quote.ts'
import { quotePath } from '../host/probes/path.ts'
import type { Upload } from '../host/session.ts'
import type { WriteAction } from '../module/change.ts'
import type { ApplySession } from './apply.ts'

export interface UploadOptions {
  readonly session: ApplySession
  readonly signal: AbortSignal
  readonly content: Upload['content']
}

/** Streams a large content under its temporary name into the folder where the file will be; the host's refusal comes back as text. */
export async function uploadBeside(
  action: Pick<WriteAction, 'path' | 'link'>,
  temporary: string,
  options: UploadOptions,
): Promise<string | undefined> {
  const { session, signal, content } = options
  const script = `( sr_real ${quotePath(action.path)} ${quoteArgv([action.link ?? 'follow'])}; printf %s "$sr_dir" )`
  const answer = await session.request({ script, signal })
  signal.throwIfAborted()
  if (answer.rc !== 0) return answer.stderr.toString('utf8')
  try {
    await session.upload({ path: posix.join(answer.stdout.toString('utf8'), temporary), content, mode: 0o600, signal })
    return undefined
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'transfer') return error.message
    throw error
  }
}
