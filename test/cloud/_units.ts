import { z } from 'zod'
import type { CloudLab } from '../_harness/cloud.ts'

/** What `run` says of each unit that works on a host: a new id of every start of it. */
export type Starts = ReadonlyMap<string, string>

const SERVICES = '^(mariadb|rabbitmq-server|memcached|keystone|swift|rsync|glance|cinder|placement|nova|neutron)'
const SHOW = `systemctl show --property=Id,InvocationID $(systemctl list-units --type=service --state=active --plain --no-legend | grep -oE '${SERVICES}[^ ]*')`

/** The starts of the cloud's services on all hosts: `controller keystone`. */
export async function startsOf(lab: CloudLab, hosts: readonly string[]): Promise<Starts> {
  const maps = await Promise.all(hosts.map((host) => startsOn(lab, host)))
  return new Map(maps.flatMap((map) => [...map]))
}

async function startsOn(lab: CloudLab, host: string): Promise<Starts> {
  const { code, stdout, output } = await onHost(lab, host, SHOW)
  if (code !== 0) throw new Error(`the units of ${host} cannot be read: ${output}`)
  const units = stdout.trim().split('\n\n')
  return new Map(
    units.map((unit) => {
      const { Id, InvocationID } = UNIT.parse(Object.fromEntries(unit.split('\n').map((line) => line.split('='))))
      return [`${host} ${Id.replace(/\.service$/, '')}`, InvocationID] as const
    }),
  )
}

const UNIT = z.object({ Id: z.string(), InvocationID: z.string() })

/** Those that started, stopped or were restarted between two looks. */
export function restarted(before: Starts, after: Starts): readonly string[] {
  const units = new Set([...before.keys(), ...after.keys()])
  return [...units].filter((unit) => before.get(unit) !== after.get(unit)).sort()
}

export function onHost(lab: CloudLab, host: string, script: string): ReturnType<CloudLab['run']> {
  return lab.run(['lab', '-i', lab.inventory, 'ssh', host, script])
}
