import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RunnerError } from '../base/error.ts'
import { Secret, Unknown, type Value } from '../base/value.ts'
import { VAULT_MARK } from '../base/vault-mark.ts'
import { UnknownState } from '../host/probe.ts'
import type { Archive, DigestAlgorithm, LocalFiles, RenderOptions } from '../module/define.ts'
import { overlay } from '../template/scope.ts'
import { candidates, findLocal } from './search-path.ts'
import type { TaskRun } from './task-run.ts'

type Hashes = Map<string, Promise<string>>

/** Shared by the run: a file is read once for all hosts. */
export interface KnownFiles {
  readonly hashes: Hashes
  readonly archives: Map<string, Promise<Archive>>
}

/** The controller's files as one task sees them. */
export function localFiles(task: TaskRun, { hashes, archives }: KnownFiles): LocalFiles {
  return {
    async find(kind, name) {
      const places = candidates({ kind, name, step: task.step, playbookDir: task.play.play.playbookDir })
      const found = findLocal(places)
      if (found !== undefined) return found
      throw new RunnerError('not-found', `could not find or access '${name}' on the controller`, {
        source: task.step.argNodes.get('src')?.source ?? task.step.source,
        trace: ['looked for:', ...places.map((place) => `  ${place}`)],
        hint: 'put the file there, or set remote_src: true if it is on the host',
      })
    },
    read: readFile,
    opened: (path) => openedFile(task, path),
    async stat(path) {
      const found = await stat(path)
      return {
        type: found.isDirectory() ? 'directory' : 'file',
        size: found.size,
        mode: found.mode & 0o7777,
        mtime: found.mtimeMs / 1000,
        owner: await userName(found.uid),
      }
    },
    walk: (path) => walk(path, ''),
    sha256: (path) => digestOnce(hashes, path, 'sha256'),
    digest: (path, algorithm) => digestOnce(hashes, path, algorithm),
    archive: (path) => archiveOnce(archives, path),
    place: (path) => resolve(task.play.play.playbookDir, path.replace(/^~(?=\/|$)/, homedir())),
    render: (path, options) => renderTemplate(task, path, options),
  }
}

/** As the controller calls the user; the number where it has no name. */
async function userName(uid: number): Promise<string> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const line = users.split('\n').find((each) => each.split(':')[2] === String(uid))
  return line?.split(':')[0] ?? String(uid)
}

async function renderTemplate(task: TaskRun, path: string, options: RenderOptions = {}): Promise<{ text: string; secret: boolean }> {
  const { vars = {}, ...fileOptions } = options
  const names = new Map(Object.entries(vars).map(([name, value]: [string, Value]) => [name, { value, layer: 'template' }] as const))
  const secret = await openedFile(task, path)
  const file =
    secret === undefined ? { path, text: await readFile(path, 'utf8') } : { path, text: secret.toString('utf8'), secret: true as const }
  const text = task.play.run.options.engine.renderFile(file, overlay(names, task.scope), { keepTrailingNewline: true, ...fileOptions })
  if (text instanceof Unknown) throw new UnknownState(text.reason)
  return text instanceof Secret ? { text: text.reveal(), secret: true } : { text, secret: secret !== undefined }
}

async function openedFile(task: TaskRun, path: string): Promise<Buffer | undefined> {
  if (!(await beginsAsVault(path))) return undefined
  const { vault } = task.play.run.options
  if (vault !== undefined) return vault.open(await readFile(path, 'latin1'))
  throw new RunnerError('variable', `${path} is encrypted and no vault password was given`, {
    source: task.step.argNodes.get('src')?.source ?? task.step.source,
    hint: 'give --ask-vault-pass or --vault-password-file, or decrypt: false to copy it as it is',
  })
}

async function beginsAsVault(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(VAULT_MARK.length), 0, VAULT_MARK.length, 0)
    return buffer.subarray(0, bytesRead).toString('latin1') === VAULT_MARK
  } finally {
    await file.close()
  }
}

/** Size and time tell whether a file is still the one that was read: a task of the same run may have written it. */
async function stateKey(path: string, ...more: readonly string[]): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path)
  return JSON.stringify([path, size, mtimeMs, ino, ...more])
}

async function archiveOnce(archives: KnownFiles['archives'], path: string): Promise<Archive> {
  const key = await stateKey(path)
  const known = archives.get(key) ?? import('./archive/index.ts').then(({ readArchive }) => readArchive(path))
  archives.set(key, known)
  return known
}

async function digestOnce(hashes: Hashes, path: string, algorithm: DigestAlgorithm): Promise<string> {
  const key = await stateKey(path, algorithm)
  const known = hashes.get(key) ?? digestOf(path, algorithm)
  hashes.set(key, known)
  return known
}

async function digestOf(path: string, algorithm: DigestAlgorithm): Promise<string> {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

type Walked = Awaited<ReturnType<LocalFiles['walk']>>[number]

async function walk(root: string, below: string): Promise<readonly Walked[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true })
  const found: Walked[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    const mode = (await stat(join(root, path))).mode & 0o7777
    const type = entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'directory' : 'file'
    found.push({ path, type, mode })
    if (type === 'directory') found.push(...(await walk(root, path)))
  }
  return found
}
