#!/usr/bin/env node
import { enableCompileCache } from './_compile-cache.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`run: Node.js 20.19 or newer is needed, this is ${process.version}\n`)
  process.exit(1)
}
enableCompileCache()
const { start } = await import('./start.ts')
await start()
