import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { run } from './child.ts'
import type { Lab } from './lab.ts'

const listing = z.object({
  loopdevices: z.array(z.object({ name: z.string(), 'back-ino': z.coerce.number(), 'back-file': z.string().nullable() })),
})

/**
 * Detaches the loop devices whose files lie on a host's disk. Loop devices belong to the whole machine, not to the host
 * that made them, so each is told by its file's path and inode.
 */
export async function detachLoops(lab: Lab, upper: string): Promise<void> {
  const result = await run(['losetup', '--json', '--list', '--output', 'NAME,BACK-INO,BACK-FILE'], lab)
  if (result.stdout.trim() === '') return
  for (const device of listing.parse(JSON.parse(result.stdout)).loopdevices) {
    const file = device['back-file']?.replace(/ \(deleted\)$/, '')
    if (file === undefined) continue
    const inode = await stat(join(upper, file)).then(
      (found) => found.ino,
      () => undefined,
    )
    if (inode === device['back-ino']) await run(['losetup', '--detach', device.name], lab)
  }
}
