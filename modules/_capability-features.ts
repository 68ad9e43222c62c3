import { type Sections, section } from './_capability-sections.ts'

/** What a service may need of the kernel, and the marks that tell whether it is there. */
interface Feature {
  /** Option of the kernel's configuration: `CONFIG_…=y` is built in. */
  readonly option: string
  readonly module: string
  /** A device node without which nothing can use it. */
  readonly node?: string | undefined
  /** A word that /proc/misc, /proc/devices or /proc/filesystems lists once it is in the kernel. */
  readonly word?: string | undefined
}

export const FEATURES = {
  device_mapper: { option: 'BLK_DEV_DM', module: 'dm_mod', node: '/dev/mapper/control', word: 'device-mapper' },
  loop: { option: 'BLK_DEV_LOOP', module: 'loop', node: '/dev/loop-control', word: 'loop' },
  bridge: { option: 'BRIDGE', module: 'bridge' },
  tun: { option: 'TUN', module: 'tun', node: '/dev/net/tun', word: 'tun' },
  kvm: { option: 'KVM', module: 'kvm', node: '/dev/kvm', word: 'kvm' },
  nfs: { option: 'NFS_FS', module: 'nfs', word: 'nfs' },
  iscsi: { option: 'ISCSI_TCP', module: 'iscsi_tcp' },
} as const satisfies Readonly<Record<string, Feature>>

export type FeatureName = keyof typeof FEATURES

export interface Availability {
  readonly available: boolean
  /** For a person: where it is, or what is missing. */
  readonly why: string
}

const ALL: readonly Feature[] = Object.values(FEATURES)
const OPTIONS = ALL.map(({ option }) => option).join('|')
const MODULES = ALL.map(({ module }) => module).join(' ')
const NODES = ALL.flatMap(({ node }) => node ?? []).join(' ')

export const FEATURE_SCRIPT = [
  `${section('kernel')} uname -r`,
  `${section('options')} { zcat /proc/config.gz || cat "/boot/config-$(uname -r)"; } 2>/dev/null | grep -E '^CONFIG_(${OPTIONS})='`,
  `${section('words')} cat /proc/misc /proc/devices /proc/filesystems 2>/dev/null`,
  `${section('loaded')} for sr_p in ${MODULES}; do [ -d "/sys/module/$sr_p" ] && printf '%s\\n' "$sr_p"; done`,
  `${section('loadable')} if sr_has modprobe; then for sr_p in ${MODULES}; do modprobe -n -q "$sr_p" 2>/dev/null && printf '%s\\n' "$sr_p"; done; fi`,
  `${section('nodes')} for sr_p in ${NODES}; do [ -c "$sr_p" ] && printf '%s\\n' "$sr_p"; done`,
  `${section('container')} if sr_has systemd-detect-virt; then systemd-detect-virt -c; else tr '\\000' '\\n' </proc/1/environ 2>/dev/null | sed -n 's/^container=//p'; fi`,
].join('\n')

/** The kind of container that the host is, or nothing. */
export function containerOf(answers: Sections): string {
  const text = answers.text('container')
  return text === 'none' ? '' : text
}

/** Whether a feature can be used. In a container no module can be loaded, and a node that is not there cannot be made. */
export function availabilityOf(name: FeatureName, answers: Sections): Availability {
  const feature: Feature = FEATURES[name]
  const kernel = `the kernel ${answers.text('kernel')}`
  const container = containerOf(answers)
  const place = placeOf(feature, answers, container)
  const label = name.replaceAll('_', '-')
  if (place === undefined) return { available: false, why: `${kernel} has no ${label}${noModules(feature, answers, container)}` }
  const { node } = feature
  // A module that is still to be loaded brings its node with it.
  if (node !== undefined && place !== 'module' && !answers.lines('nodes').includes(node))
    return { available: false, why: `${node} is not there${container === '' ? '' : `, as this is a container (${container})`}` }
  return { available: true, why: place === 'kernel' ? `${kernel} has ${label}` : `the module ${feature.module} can be loaded` }
}

function placeOf(feature: Feature, answers: Sections, container: string): 'kernel' | 'module' | undefined {
  const words = answers.lines('words').flatMap((line) => line.split(/\s+/))
  const built = answers.lines('options').includes(`CONFIG_${feature.option}=y`)
  if (built || answers.lines('loaded').includes(feature.module)) return 'kernel'
  if (feature.word !== undefined && words.includes(feature.word)) return 'kernel'
  return container === '' && answers.lines('loadable').includes(feature.module) ? 'module' : undefined
}

function noModules(feature: Feature, answers: Sections, container: string): string {
  if (container === '') return ''
  const asModule = answers.lines('options').includes(`CONFIG_${feature.option}=m`) || answers.lines('loadable').includes(feature.module)
  return asModule ? `: its module ${feature.module} is not loaded, and a container (${container}) cannot load it` : ''
}
