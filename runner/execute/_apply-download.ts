import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf, RunnerError } from '../base/error.ts'
import type { DownloadAction, Outcome, TransferredFile } from '../module/change.ts'
import type { ApplyTarget } from './apply.ts'

/** Streams a file of the host to the controller, under a temporary name until all of it is there and is what was announced. */
export async function applyDownload(action: DownloadAction, target: ApplyTarget): Promise<Outcome> {
  const start = Date.now()
  const outcome = (ok: boolean, said: string): Outcome => ({
    id: action.id,
    ok,
    rc: ok ? 0 : 1,
    stdout: ok ? said : '',
    stderr: ok ? '' : said,
    start,
    end: Date.now(),
    timedOut: false,
  })
  const temporary = join(dirname(action.to), `.stackrun.${randomBytes(8).toString('hex')}`)
  try {
    await mkdir(dirname(action.to), { recursive: true })
    const file = await receive(action.path, temporary, target)
    if (action.sha256 !== undefined && action.sha256 !== file.sha256)
      return outcome(false, 'the file has changed on the way: its checksum is another')
    await rename(temporary, action.to)
    return outcome(true, JSON.stringify(file))
  } catch (error) {
    target.signal.throwIfAborted()
    if (error instanceof RunnerError && error.code !== 'transfer') throw error
    return outcome(false, messageOf(error))
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Each piece is on the disk before the next one is taken, so that a file of any size needs no memory of its own. */
async function receive(path: string, temporary: string, { session, signal }: ApplyTarget): Promise<TransferredFile> {
  const [sha1, sha256] = [createHash('sha1'), createHash('sha256')]
  let size = 0
  const file = openSync(temporary, 'wx')
  try {
    const onChunk = (chunk: Buffer): void => {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at)
      sha1.update(chunk)
      sha256.update(chunk)
      size += chunk.length
    }
    await session.download(path, onChunk, signal)
  } finally {
    closeSync(file)
  }
  return { size, sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }
}
