import { RunnerError } from '../base/error.ts'
import { type FactCache, jsonFileCache } from '../execute/fact-cache.ts'
import type { Gathering } from '../execute/options.ts'
import type { AnsibleConfig } from './ansible-config.ts'

const GATHERING: readonly Gathering[] = ['implicit', 'explicit', 'smart']
const DAY = 86_400

/** When facts are gathered where a play does not say. @throws RunnerError `options` */
export function gatheringOf(config: AnsibleConfig): Gathering {
  const word = config.text('DEFAULT_GATHERING') ?? 'implicit'
  const found = GATHERING.find((known) => known === word)
  if (found !== undefined) return found
  throw new RunnerError('options', `gathering must be one of ${GATHERING.join(', ')}, not '${word}'`)
}

/** Where facts are kept between runs; undefined for the cache plugin `memory`, the default. @throws RunnerError `options` */
export function factCacheOf(config: AnsibleConfig): FactCache | undefined {
  const plugin = (config.text('CACHE_PLUGIN') ?? 'memory').replace(/^ansible\.builtin\./, '')
  if (plugin === 'memory') return undefined
  if (plugin !== 'jsonfile')
    throw new RunnerError('options', `the fact cache '${plugin}' is not known`, { hint: 'the caches are memory and jsonfile' })
  const folder = config.path('CACHE_PLUGIN_CONNECTION')
  if (folder === undefined)
    throw new RunnerError('options', "the fact cache 'jsonfile' needs a folder", { hint: 'set fact_caching_connection' })
  const timeout = config.int('CACHE_PLUGIN_TIMEOUT', DAY)
  return jsonFileCache(folder, timeout, config.text('CACHE_PLUGIN_PREFIX') ?? '')
}
