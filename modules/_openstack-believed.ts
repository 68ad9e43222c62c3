import type { ReadOnlyHost } from '../runner/module/index.ts'

/** A thing of an API: a network, a user … In check mode a predicted one has no id. */
export type Found =
  | { readonly exists: false }
  | { readonly exists: true; readonly id?: string | undefined; readonly data: Readonly<Record<string, unknown>> }

export const ABSENT: Found = { exists: false }

/** What earlier simulated tasks made true of a thing; undefined where they said nothing, and on a real host. */
export async function believed<T>(host: ReadOnlyHost, kind: string, key: string): Promise<T | undefined> {
  if (!host.predicted) return undefined
  return host.probe<T | undefined>({ kind, key, script: ':', parse: () => undefined, scope: 'run' })
}

/** The first of several names that a simulated task said something of. */
export async function believedAmong<T>(host: ReadOnlyHost, kind: string, keys: readonly string[]): Promise<T | undefined> {
  for (const key of keys) {
    const belief = await believed<T>(host, kind, key)
    if (belief !== undefined) return belief
  }
  return undefined
}
