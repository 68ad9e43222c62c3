import type { LocalFiles } from '../runner/module/index.ts'

/** A file of the controller as bytes; one that is encrypted with the vault is opened. */
export async function localBytes(local: LocalFiles, path: string): Promise<Buffer> {
  return (await local.opened(path)) ?? local.read(path)
}
