import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunnerError } from '../base/error.ts'
import type { Io } from './io.ts'

/** Lets the user's editor change bytes, in a private file that is overwritten and gone afterwards. @throws RunnerError `options` */
export function editBytes(bytes: Buffer, name: string, io: Io): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-vault-'))
  const file = join(folder, name.replace(/^\.+/, '') || 'text')
  try {
    writeFileSync(file, bytes, { mode: 0o600 })
    const editor = io.env['EDITOR'] ?? io.env['VISUAL'] ?? 'vi'
    // The variable holds a command line, as every program that uses it takes it.
    const run = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit', env: io.env })
    if (run.status !== 0) throw new RunnerError('options', `the editor ${editor} ended with ${String(run.status ?? run.signal)}`)
    return readFileSync(file)
  } finally {
    wipe(file)
    rmSync(folder, { recursive: true, force: true })
  }
}

function wipe(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found !== undefined) writeFileSync(file, Buffer.alloc(found.size))
}
