import { record, type Value } from '../base/value.ts'

/** The release of the language that playbooks may ask for with `ansible_version`. */
const LANGUAGE = { major: 2, minor: 19, revision: 0 }

/** `2.19.0` */
export const LANGUAGE_VERSION = `${String(LANGUAGE.major)}.${String(LANGUAGE.minor)}.${String(LANGUAGE.revision)}`

export const VERSION_RECORD: Value = record([...Object.entries(LANGUAGE), ['full', LANGUAGE_VERSION], ['string', LANGUAGE_VERSION]])
