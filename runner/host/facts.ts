import { fromJson, isRecord, record, type ValueRecord } from '../base/value.ts'
import { dateFacts } from './_facts-date.ts'
import { hardwareFacts } from './_facts-hardware.ts'
import { localFacts } from './_facts-local.ts'
import { networkFacts } from './_facts-network.ts'
import { type FactGroup, factsScript } from './_facts-script.ts'
import { systemFacts } from './_facts-system.ts'
import { FactsText } from './_facts-text.ts'
import { virtualFacts } from './_facts-virtual.ts'
import { type Probe, type ProbeAnswer, ProbeUnavailable, Unavailable } from './probe.ts'
import type { Session } from './session.ts'

export interface FactsOptions {
  /** `all`, `min`, `hardware`, `network`, `virtual`, `local`, each also with `!`; names of external tools mean nothing here. */
  readonly subsets: readonly string[]
  /** Milliseconds since the epoch, for a host without a usable `date`. */
  readonly now: number
  /** Where the host keeps facts of its own. */
  readonly factPath?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** All facts of a host in one round trip, by POSIX sh and what it finds; names as in `ansible_facts`. Plain data: never rendered. */
export async function gatherFacts(session: Session, options: FactsOptions): Promise<ValueRecord> {
  const probe = factsProbe(options)
  const answer = await session.request({ script: probe.script, signal: options.signal })
  options.signal?.throwIfAborted()
  const facts = probe.parse({
    rc: answer.rc,
    stdout: answer.stdout,
    text: answer.stdout.toString('utf8'),
    stderr: answer.stderr.toString('utf8'),
  })
  if (facts instanceof Unavailable) throw new ProbeUnavailable(facts)
  return facts
}

/** The same as a probe, for modules. */
export function factsProbe(options: FactsOptions): Probe<ValueRecord> {
  const groups = wantedGroups(options.subsets)
  return {
    kind: 'facts',
    key: options.subsets.join(','),
    script: factsScript(groups, options.factPath ?? '/etc/ansible/facts.d'),
    parse: (answer) => parseFacts(answer, groups, options),
  }
}

function parseFacts(answer: ProbeAnswer, groups: ReadonlySet<FactGroup>, options: FactsOptions): ValueRecord | Unavailable {
  const text = new FactsText(answer.text)
  if (text.section('machine') === '') return new Unavailable(`the facts of the host cannot be gathered: ${answer.stderr.trim()}`)
  const facts = fromJson({
    ...(groups.has('network') ? networkFacts(text) : {}),
    ...(withMinimum(options.subsets) ? { ...systemFacts(text), ...dateFacts(text, options.now) } : {}),
    ...(groups.has('hardware') ? hardwareFacts(text) : {}),
    ...(groups.has('virtual') ? virtualFacts(text) : {}),
    ...(groups.has('local') ? { local: localFacts(text) } : {}),
    gather_subset: options.subsets.length === 0 ? ['all'] : [...options.subsets],
    module_setup: true,
  })
  return isRecord(facts) ? facts : record([])
}

const GROUPS: readonly FactGroup[] = ['hardware', 'network', 'virtual', 'local']

/** `!all` leaves the minimum; a name given plainly comes on top of it, a name with `!` is left out. */
export function wantedGroups(subsets: readonly string[]): ReadonlySet<FactGroup> {
  const plain = subsets.filter((subset) => !subset.startsWith('!'))
  const without = new Set(subsets.filter((subset) => subset.startsWith('!')).map((subset) => subset.slice(1)))
  const all = plain.includes('all') || (plain.length === 0 && !without.has('all'))
  const wanted = GROUPS.filter((group) => all || plain.some((name) => groupOf(name) === group))
  return new Set(wanted.filter((group) => !without.has(group)))
}

/** The minimum comes always but for `!all,!min`. */
function withMinimum(subsets: readonly string[]): boolean {
  return !(subsets.includes('!min') && subsets.every((subset) => subset.startsWith('!')))
}

/** Subsets of single collectors count as the group that has them. */
const COLLECTORS: Readonly<Record<string, FactGroup>> = {
  mounts: 'hardware',
  devices: 'hardware',
  interfaces: 'network',
  default_ipv4: 'network',
  default_ipv6: 'network',
  virtualization_type: 'virtual',
  virtualization_role: 'virtual',
}

function groupOf(name: string): FactGroup | undefined {
  return GROUPS.find((group) => group === name) ?? COLLECTORS[name]
}
