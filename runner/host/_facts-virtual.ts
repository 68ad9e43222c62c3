import type { FactsText } from './_facts-text.ts'

const MACHINES: readonly (readonly [RegExp, string])[] = [
  [/VMware/i, 'VMware'],
  [/VirtualBox/i, 'virtualbox'],
  [/KVM|QEMU|RHEV|OpenStack|Nutanix|BHYVE/i, 'kvm'],
  [/Xen|HVM domU/i, 'xen'],
  [/Virtual Machine|Microsoft Corporation.*Virtual/i, 'VirtualPC'],
  [/Amazon EC2/i, 'kvm'],
  [/Google Compute Engine|Google/i, 'kvm'],
  [/Parallels/i, 'parallels'],
]

/** Inside what the host runs (`guest`), or what it can run itself (`host`). */
export function virtualFacts(text: FactsText): Record<string, unknown> {
  const container = containerType(text)
  const machine = machineType(text)
  const guest = container ?? machine
  const kvmHost = text.has('/dev/kvm')
  return {
    virtualization_type: guest ?? (kvmHost ? 'kvm' : 'NA'),
    virtualization_role: guest === undefined ? (kvmHost ? 'host' : 'NA') : 'guest',
    virtualization_tech_guest: [
      ...new Set([container === undefined ? undefined : 'container', container, machine].filter((tech) => tech !== undefined)),
    ],
    virtualization_tech_host: kvmHost ? ['kvm'] : [],
  }
}

function containerType(text: FactsText): string | undefined {
  const manager =
    text.line('/run/systemd/container') ?? text.line('/run/host/container-manager') ?? /^container=(\S+)/m.exec(text.section('init'))?.[1]
  if (manager !== undefined && manager !== '') return manager
  if (text.has('/.dockerenv')) return 'docker'
  if (text.has('/run/.containerenv')) return 'podman'
  if (text.has('/proc/vz') && !text.has('/proc/bc')) return 'openvz'
  const groups = text.file('/proc/1/cgroup') ?? ''
  if (/\/(docker|containerd|kubepods)/.test(groups)) return 'docker'
  return /\/lxc/.test(groups) ? 'lxc' : undefined
}

function machineType(text: FactsText): string | undefined {
  const names = ['sys_vendor', 'product_name', 'bios_vendor', 'product_family']
    .map((file) => text.line(`/sys/class/dmi/id/${file}`) ?? '')
    .join('\n')
  const known = MACHINES.find(([pattern]) => pattern.test(names))?.[1]
  if (known !== undefined) return known
  if (text.line('/proc/xen/capabilities') !== undefined) return 'xen'
  return /^flags\s*:.*\bhypervisor\b/m.test(text.file('/proc/cpuinfo') ?? '') ? 'kvm' : undefined
}
