import { readFileSync } from 'node:fs'

const { ava } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** Playbooks of our own whose answers by ansible-core are recorded beside them. */
export default { ...ava, files: ['test/conformance/*.test.ts'], timeout: '120s' }
