import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'

/** Real files in a folder of their own, gone after the test. Files that begin with `#!` are executable. */
export function folder(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-load-'))
  t.teardown(() => {
    rmSync(root, { recursive: true, force: true })
  })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
    if (text.startsWith('#!')) chmodSync(join(root, name), 0o755)
  }
  return root
}
