/** What a module file may import as `stackrun`. */
export { z } from 'zod'
export { Secret } from '../base/value.ts'
export { quote, quoteArgv } from '../base/quote.ts'
export * as args from './args.ts'
export * from './change.ts'
export * from './define.ts'
export type * from '../host/host.ts'
export { UnknownState, Unavailable, type Effect, type Probe, type ProbeAnswer } from '../host/probe.ts'
