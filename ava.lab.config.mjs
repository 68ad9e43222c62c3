import { readFileSync } from 'node:fs'

const { ava } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** The tests that deploy on the lab's hosts: one after the other, as root, with time to install packages. */
export default { ...ava, files: ['test/lab/**/*.test.ts'], concurrency: 1, timeout: '20m' }
