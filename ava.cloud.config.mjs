import { readFileSync } from 'node:fs'

const { ava } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** Tests that deploy the whole cloud and then do something to it: 5 to 30 minutes each, as root, one after the other. */
export default { ...ava, files: ['test/cloud/**/*.test.ts'], concurrency: 1, timeout: '40m' }
