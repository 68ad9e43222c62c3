import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { messageOf, RunnerError } from '../base/error.ts'
import { Secret } from '../base/value.ts'
import type { Io } from './io.ts'
import { standardInput } from './standard-input.ts'

/** The password in a file, of a program that prints it, or of standard input (`-`). @throws RunnerError `not-found` or `options` */
export async function passwordFromFile(file: string, io: Io): Promise<Secret> {
  const text = (file === '-' ? (await standardInput(io)).toString('utf8') : contentOf(file, io)).replace(/^[\r\n]+|[\r\n]+$/g, '')
  if (text === '') throw new RunnerError('not-found', `Empty password was provided from file (${file})`)
  return new Secret(text)
}

function contentOf(file: string, io: Io): string {
  const path = resolve(io.cwd, file.replace(/^~(?=\/|$)/, io.env['HOME'] ?? homedir()))
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new RunnerError('not-found', `The password file ${path} was not found`)
  if (found.isFile() && (found.mode & 0o111) !== 0) return printedBy(path, io)
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new RunnerError('not-found', `Could not read password file '${path}': ${messageOf(error)}`, { cause: error })
  }
}

function printedBy(path: string, io: Io): string {
  const { status, stdout, stderr, error } = spawnSync(path, [], { env: io.env, encoding: 'utf8', stdio: ['inherit', 'pipe', 'pipe'] })
  if (error !== undefined || status === null)
    throw new RunnerError(
      'not-found',
      `Problem occurred when trying to run the password script ${path} (${error?.message ?? 'it was killed'}).`,
      {
        hint: 'if this is not a script, remove the executable bit from the file',
      },
    )
  if (status === 0) return stdout
  throw new RunnerError('not-found', `The password script ${path} returned an error (rc=${String(status)}): ${stderr.trim()}`)
}
