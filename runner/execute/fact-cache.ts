import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromJson, isRecord, toPlain, type ValueRecord } from '../base/value.ts'
import { cachedText, payloadOf } from './_cache-format.ts'

/** Keeps facts from one run to the next, by the names they have as variables (`ansible_distribution`). */
export interface FactCache {
  read(host: string): ValueRecord | undefined
  write(host: string, facts: ValueRecord): void
  remove(host: string): void
}

/**
 * Ansible's cache plugin `jsonfile`: a file a host, readable by its owner alone, in the format of ansible-core 2.19. A file that is older
 * than `timeout` seconds (0: never) or cannot be read counts as none. Secrets are not written.
 */
export function jsonFileCache(folder: string, timeout: number, prefix: string): FactCache {
  const fileOf = (host: string): string => join(folder, `${prefix}s1_${host.replaceAll('/', '_')}`)
  return {
    read(host) {
      const file = fileOf(host)
      const found = statSync(file, { throwIfNoEntry: false })
      if (found === undefined || (timeout > 0 && Date.now() - found.mtimeMs > timeout * 1000)) return undefined
      try {
        const facts = fromJson(payloadOf(readFileSync(file, 'utf8')))
        return isRecord(facts) ? facts : undefined
      } catch {
        return undefined
      }
    },
    write(host, facts) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const file = fileOf(host)
      writeFileSync(`${file}.tmp`, cachedText(toPlain(facts)), { mode: 0o600 })
      renameSync(`${file}.tmp`, file)
    },
    remove(host) {
      rmSync(fileOf(host), { force: true })
    },
  }
}
