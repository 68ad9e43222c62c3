import { type Effect, type Probe, type ProbeAnswer, quoteArgv, resource, Unavailable } from '../runner/module/index.ts'
import type { IptablesArgs } from './_iptables-args.ts'

export type Program = 'iptables' | 'ip6tables'

export interface Chain {
  readonly exists: boolean
  /** Of a built-in chain. */
  readonly policy: string | undefined
  readonly rules: number
  /** In check mode: an earlier task removes all rules. */
  readonly flushed?: boolean | undefined
  /** In check mode: rules that earlier tasks add (true) and remove. */
  readonly believed?: Readonly<Record<string, boolean>> | undefined
}

/** What one program's tables hold of what the task is about. */
export interface TableView {
  readonly program: Program
  readonly rule: readonly string[]
  readonly chain: Chain
  /** Whether the rule is there. */
  readonly there: boolean
}

export interface Place {
  readonly program: Program
  readonly table: IptablesArgs['table']
  /** Undefined: the table as a whole. */
  readonly chain: string | undefined
  readonly wait: string | undefined
}

export function programsFor(task: IptablesArgs): readonly Program[] {
  if (task.ip_version === 'both') return ['iptables', 'ip6tables']
  return [task.ip_version === 'ipv4' ? 'iptables' : 'ip6tables']
}

/** The beginning of each command. */
export function commandWords({ program, table, wait }: Omit<Place, 'chain'>): readonly string[] {
  return [program, ...(wait === undefined ? [] : ['-w', wait]), '-t', table]
}

const BUILT_IN = /^(INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING)$/

export function chainProbe(place: Place): Probe<Chain> {
  const { program, table, chain } = place
  const words = [...commandWords(place), '-S', ...(chain === undefined ? [] : [chain])]
  return {
    kind: 'iptables_chain',
    key: `${program} ${table} ${chain ?? ''}`,
    script: `(sr_exec ${quoteArgv(words)})`,
    parse: (answer) => {
      if (answer.rc === 0) return parseChain(answer.text, chain)
      return unavailable(answer, program) ?? { exists: false, policy: undefined, rules: 0 }
    },
    fresh: () => ({
      exists: chain === undefined || BUILT_IN.test(chain),
      policy: chain !== undefined && BUILT_IN.test(chain) ? 'ACCEPT' : undefined,
      rules: 0,
    }),
  }
}

/** Whether a rule is there: iptables itself compares, however a rule may be written. */
export function ruleProbe(place: Place, rule: readonly string[]): Probe<boolean> {
  const { program, table, chain = '' } = place
  return {
    kind: 'iptables_rule',
    key: `${program} ${table} ${chain} ${rule.join(' ')}`,
    script: `(sr_exec ${quoteArgv([...commandWords(place), '-C', chain, ...rule])})`,
    parse: (answer) => {
      // A chain that the rule names may be made by an earlier task of a simulation.
      if (answer.rc <= 1 || /Chain '.*' does not exist/.test(answer.stderr)) return answer.rc === 0
      return unavailable(answer, program) ?? new Unavailable(`${program} does not take the rule: ${firstLine(answer.stderr)}`)
    },
    fresh: () => false,
  }
}

export function chainEffect(view: TableView, task: IptablesArgs, chain: Chain): Effect {
  return resource('iptables_chain', `${view.program} ${task.table} ${task.chain ?? ''}`, chain)
}

function parseChain(text: string, chain: string | undefined): Chain {
  const lines = text.split('\n')
  const policy = lines.map((line) => /^-P (\S+) (\S+)/.exec(line)).find((match) => match?.[1] === chain)?.[2]
  return { exists: true, policy, rules: lines.filter((line) => line.startsWith('-A ')).length }
}

function unavailable({ rc, stderr }: ProbeAnswer, program: Program): Unavailable | undefined {
  if (rc === 127) return new Unavailable(`there is no ${program} on this host`, 'install the package iptables first')
  if (/must be root|Permission denied/i.test(stderr)) return new Unavailable(`${program}: permission denied`, 'use become')
  if (/xtables lock/.test(stderr)) return new Unavailable(`${program}: another program is changing rules`, 'set wait')
  return undefined
}

function firstLine(stderr: string): string {
  return stderr.trim().split('\n')[0] ?? ''
}
