import { readFileSync } from 'node:fs'
import { packageFile } from './package-root.ts'

/** `stackrun 0.1.0 (Node.js 20.20.2)` */
export function versionText(): string {
  const found = /"version": "([^"]+)"/.exec(readFileSync(packageFile('package.json'), 'utf8'))
  return `stackrun ${found?.[1] ?? 'of unknown version'} (Node.js ${process.versions.node})`
}
