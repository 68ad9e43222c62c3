import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../../lab/files.ts'
import { unpackedEnvironment, unpackPackage } from '../../../lab/unpack.ts'
import { STORE } from './store.ts'

export interface Emulator {
  readonly program: string
  readonly env: NodeJS.ProcessEnv
}

const INSTALLED = '/usr/bin/qemu-system-x86_64'

/** Debian's qemu: this machine's own, else one that is unpacked in the suite's folder and not installed. */
export async function ensureEmulator(signal: AbortSignal): Promise<Emulator> {
  if (await exists(INSTALLED)) return { program: INSTALLED, env: {} }
  const root = join(STORE, 'qemu')
  if (!(await exists(root))) await unpack(root, signal)
  return { program: join(root, INSTALLED), env: await unpackedEnvironment(root) }
}

async function unpack(root: string, signal: AbortSignal): Promise<void> {
  const unpacking = `${root}.new`
  await rm(unpacking, { recursive: true, force: true })
  await unpackPackage({ name: 'qemu-system-x86', packages: join(STORE, 'packages'), root: unpacking, signal })
  await rm(join(STORE, 'packages'), { recursive: true })
  await rename(unpacking, root)
}
