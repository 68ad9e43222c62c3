import { readFileSync } from 'node:fs'

const { ava } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** What needs a kernel of its own: tests in an emulated machine, as root, which takes its time. */
export default { ...ava, files: ['test/vm/**/*.test.ts'], concurrency: 1, timeout: '3h' }
