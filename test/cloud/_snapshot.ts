import { readFileSync } from 'node:fs'
import type { CloudLab } from '../_harness/cloud.ts'

const SCRIPT = readFileSync(new URL('_files/snapshot.sh', import.meta.url), 'utf8')

/** What a host is made of: lines by the name of their part. */
export type Snapshot = ReadonlyMap<string, readonly string[]>

export async function snapshotOf(lab: CloudLab, host: string): Promise<Snapshot> {
  const { code, stdout, output } = await lab.run(['lab', '-i', lab.inventory, 'ssh', host, SCRIPT])
  const parts = stdout.split(/^== /m).slice(1)
  if (code !== 0 || parts.length === 0) throw new Error(`no snapshot of ${host}: ${output}`)
  return new Map(
    parts.map((part) => {
      const [name = '', ...lines] = part.trimEnd().split('\n')
      return [name, lines] as const
    }),
  )
}

/** Lines that went (`-`) and that came (`+`), each with the name of its part. */
export function differencesOf(before: Snapshot, after: Snapshot): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names.flatMap((name) => {
    const [old, fresh] = [before.get(name) ?? [], after.get(name) ?? []]
    const [known, left] = [new Set(old), new Set(fresh)]
    return [
      ...old.filter((line) => !left.has(line)).map((line) => `- ${name}: ${line}`),
      ...fresh.filter((line) => !known.has(line)).map((line) => `+ ${name}: ${line}`),
    ]
  })
}
