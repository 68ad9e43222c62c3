import type { Source } from '../base/source.ts'

/** Tells the user something that does not stop the run. */
export type Warn = (message: string, source?: Source, hint?: string, kind?: 'deprecation') => void

export const silent: Warn = () => undefined
