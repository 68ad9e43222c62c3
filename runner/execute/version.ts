import { record, type Value } from '../base/value.ts'

/** The release of the language that playbooks may ask for with `ansible_version`. */
const LANGUAGE = { major: 2, minor: 19, revision: 0 }

const full = `${String(LANGUAGE.major)}.${String(LANGUAGE.minor)}.${String(LANGUAGE.revision)}`

export const VERSION_RECORD: Value = record([...Object.entries(LANGUAGE), ['full', full], ['string', full]])
