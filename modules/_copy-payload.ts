import { basename } from 'node:path'
import { type LocalFiles, Secret } from '../runner/module/index.ts'
import { revealed, sha1, sha256 } from './_bytes.ts'
import type { Payload } from './_deploy.ts'
import { holdsSecret, pythonJson } from './_json.ts'

/** Files up to this size are held in memory, so that a diff and Ansible's SHA-1 can be given; larger ones are streamed. */
const SMALL = 256 * 1024

/** A text, or data as JSON. */
export function contentPayload(content: unknown): Payload {
  const text = content instanceof Secret || typeof content === 'string' ? revealed(content) : pythonJson(content)
  return { ...bytesPayload(Buffer.from(text, 'utf8')), secret: holdsSecret(content) }
}

export function bytesPayload(bytes: Buffer): Payload {
  return { bytes, sha256: sha256(bytes), sha1: sha1(bytes), size: bytes.length }
}

/** A file of the controller; one that is encrypted with the vault is opened, unless it is to be copied as it is. */
export async function localPayload(
  local: LocalFiles,
  path: string,
  need: { readonly sha1: boolean; readonly decrypt?: boolean } = { sha1: false },
): Promise<Payload> {
  const opened = need.decrypt === false ? undefined : await local.opened(path)
  if (opened !== undefined) {
    const { mode } = await local.stat(path)
    return { bytes: opened, secret: true, sha256: sha256(opened), sha1: sha1(opened), size: opened.length, mode, name: basename(path) }
  }
  const [found, sum] = await Promise.all([local.stat(path), local.sha256(path)])
  const common = { sha256: sum, size: found.size, mode: found.mode, name: basename(path) }
  if (found.size > SMALL) {
    return {
      ...common,
      bytes: { local: path, size: found.size, sha256: sum },
      ...(need.sha1 ? { sha1: sha1(await local.read(path)) } : {}),
    }
  }
  const bytes = await local.read(path)
  return { ...common, bytes, sha1: sha1(bytes) }
}
