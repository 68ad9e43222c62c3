import { defineModule, fail, type Probe, z } from '../runner/module/index.ts'

interface Service {
  readonly name: string
  readonly state: string
  readonly status?: string | undefined
  readonly source: 'systemd' | 'sysv' | 'openrc'
  readonly runlevels?: readonly string[] | null | undefined
}

type Services = Readonly<Record<string, Service>>

export default defineModule<Record<string, never>, Services>({
  name: 'service_facts',
  summary: 'Read all services of the host, as the fact `services`.',
  description:
    'Units of systemd by their full names (`cron.service`), and what init scripts say of themselves; OpenRC where that is in charge.',
  args: z.strictObject({}),
  returns: z.object({
    ansible_facts: z.object({
      services: z.record(z.string(), z.object({ name: z.string(), state: z.string(), status: z.string().optional(), source: z.string() })),
    }),
  }),
  examples: [{ name: 'All services', yaml: 'service_facts: {}\n', lab: { first: 'ok', second: 'ok' } }],
  check: async (host) => {
    const services = await host.probe(SERVICES)
    return Object.keys(services).length === 0
      ? fail('Failed to find any services. This can be due to privileges or some other configuration issue.')
      : services
  },
  plan: () => [],
  result: (services) => ({ ansible_facts: { services } }),
})

/** Sections with a line `= NAME` before each. Of units that are not loaded the state is asked by itself; a template has none. */
const SERVICES: Probe<Services> = {
  kind: 'service_facts',
  key: '',
  script: `(LC_ALL=C; export LC_ALL
if sr_has service && ! sr_has rc-status; then echo '= sysv'; service --status-all 2>/dev/null; fi
if sr_has rc-status; then
  echo '= levels'; rc-update show -v 2>/dev/null; echo '= openrc'; rc-status -a -s -m 2>/dev/null | grep '^ ' | tr -d '[]'
fi
if [ -d /run/systemd/system ]; then
  units=$(systemctl list-units --no-pager --type service --all --plain --no-legend)
  files=$(systemctl list-unit-files --no-pager --type service --all --no-legend)
  printf '= units\\n%s\\n= files\\n%s\\n= states\\n' "$units" "$files"
  names=$(printf '%s\\n= files\\n%s\\n' "$units" "$files" | awk '/^= files/ { f = 1; next } !f { u[$1]; next } !($1 in u) && $1 !~ /@\\.service$/ { print $1 }')
  if [ -n "$names" ]; then printf '%s\\n' "$names"; echo '= active'; systemctl show -p ActiveState $names; fi
fi)`,
  parse({ text }) {
    const sections = new Map(
      text
        .split(/^= /m)
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const),
    )
    const rows = (name: string): readonly (readonly string[])[] =>
      (sections.get(name) ?? '').split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/\s+/)]))
    return { ...sysv(sections.get('sysv') ?? ''), ...openrc(rows('openrc'), sections.get('levels') ?? ''), ...units(rows) }
  },
}

function sysv(text: string): Services {
  const found = [...text.matchAll(/^\s*\[ ([+-]) \]\s+(.+)$/gm)]
  return Object.fromEntries(
    found.map(([, sign, name = '']) => [name, { name, state: sign === '+' ? 'running' : 'stopped', source: 'sysv' } as const]),
  )
}

function openrc(rows: readonly (readonly string[])[], levels: string): Services {
  const known = new Map(
    levels.split('\n').flatMap((line) => {
      const [name = '', list] = line.split('|').map((part) => part.trim())
      return list === undefined ? [] : [[name, list === '' ? null : list.split(/\s+/)] as const]
    }),
  )
  return Object.fromEntries(
    rows.flatMap(([name = '', state = '']) =>
      known.has(name) ? [[name, { name, runlevels: known.get(name) ?? null, state, source: 'openrc' } as const]] : [],
    ),
  )
}

const BAD = ['not-found', 'masked', 'failed']

function units(rows: (name: string) => readonly (readonly string[])[]): Services {
  const active = rows('active').map(([line = '']) => line.replace('ActiveState=', ''))
  const states = new Map(rows('states').map(([name = ''], at) => [name, active[at] ?? 'unknown'] as const))
  const services: Record<string, Service> = {}
  for (const fields of rows('units')) {
    const [name = '', , status = 'unknown', sub] = fields
    if (!name.endsWith('.service')) continue
    const bad = BAD.find((word) => fields.slice(0, -1).includes(word))
    services[name] = { name, state: sub === 'running' ? 'running' : 'stopped', status: bad ?? status, source: 'systemd' }
  }
  for (const [name = '', status = ''] of rows('files')) {
    const known = services[name]
    if (known === undefined) services[name] = { name, state: states.get(name) ?? 'unknown', status, source: 'systemd' }
    else if (!BAD.includes(known.status ?? '')) services[name] = { ...known, status }
  }
  return services
}
