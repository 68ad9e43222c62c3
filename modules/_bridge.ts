import { type Probe, quote, quoteArgv } from '../runner/module/index.ts'

/** A Linux bridge as the kernel has it. */
export interface Bridge {
  readonly ports: readonly string[]
  readonly stp: boolean
  /** Seconds. */
  readonly forwardDelay: number
  readonly up: boolean
}

/** Reads the bridge from sysfs; no tool is needed. `taken`: an interface of that name is something else. */
export function bridgeProbe(name: string): Probe<Bridge | 'absent' | 'taken'> {
  const folder = `/sys/class/net/${name}`
  const read = (file: string): string => `{ read -r sr_v <${quote(`${folder}/${file}`)} && printf '%s\\n' "$sr_v"; }`
  return {
    kind: 'bridge',
    key: name,
    script: [
      `if [ ! -e ${quote(folder)} ]; then echo absent`,
      `elif [ ! -d ${quote(`${folder}/bridge`)} ]; then echo taken`,
      `else echo bridge; ${read('bridge/stp_state')}; ${read('bridge/forward_delay')}; ${read('flags')}`,
      `for sr_f in ${quote(folder)}/brif/*; do [ ! -e "$sr_f" ] || printf '%s\\n' "\${sr_f##*/}"; done`,
      'fi',
    ].join('\n'),
    parse({ text }) {
      const [kind, stp, delay, flags, ...ports] = text.trim().split('\n')
      if (kind !== 'bridge') return kind === 'taken' ? 'taken' : 'absent'
      return { ports, stp: stp !== '0', forwardDelay: Number(delay) / 100, up: (Number(flags) & 1) === 1 }
    },
  }
}

/** Each step with `ip`, or with `brctl` where the host has no `ip`. */
export const COMMANDS = {
  create: (name: string) => either(['ip', 'link', 'add', 'name', name, 'type', 'bridge'], ['brctl', 'addbr', name]),
  remove: (name: string) => either(['ip', 'link', 'delete', 'dev', name, 'type', 'bridge'], ['brctl', 'delbr', name]),
  addPort: (name: string, port: string) => either(['ip', 'link', 'set', 'dev', port, 'master', name], ['brctl', 'addif', name, port]),
  removePort: (name: string, port: string) => either(['ip', 'link', 'set', 'dev', port, 'nomaster'], ['brctl', 'delif', name, port]),
  stp: (name: string, on: boolean) =>
    either(['ip', 'link', 'set', 'dev', name, 'type', 'bridge', 'stp_state', on ? '1' : '0'], ['brctl', 'stp', name, on ? 'on' : 'off']),
  forwardDelay: (name: string, seconds: number) =>
    either(
      ['ip', 'link', 'set', 'dev', name, 'type', 'bridge', 'forward_delay', String(Math.round(seconds * 100))],
      ['brctl', 'setfd', name, String(seconds)],
    ),
  up: (name: string, up: boolean) => either(['ip', 'link', 'set', 'dev', name, up ? 'up' : 'down'], ['ifconfig', name, up ? 'up' : 'down']),
} as const

function either(ip: readonly string[], brctl: readonly string[]): string {
  return `if sr_has ip; then ${quoteArgv(ip)}; else ${quoteArgv(brctl)}; fi`
}
