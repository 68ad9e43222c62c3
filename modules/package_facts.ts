import { args as arg, defineModule, type Failure, fail, type Probe, z } from '../runner/module/index.ts'

const MANAGERS = [
  'auto',
  'apt',
  'rpm',
  'dnf',
  'dnf5',
  'yum',
  'zypper',
  'apk',
  'openbsd_pkg',
  'pacman',
  'pkg',
  'pkg5',
  'pkg_info',
  'portage',
] as const

const schema = z
  .strictObject({
    manager: z
      .preprocess((value) => (typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value), z.array(z.enum(MANAGERS)))
      .default(['auto'])
      .describe('`apt`, `rpm` (also called dnf, yum, zypper), `apk`, or `auto`: what the host has. Others are refused.'),
    strategy: arg.str().default('first').describe('Of several managers take the `first` that the host has, or `all`.'),
  })
  .superRefine((task, context) => {
    const other = task.manager.find((name) => !(name in DATABASES) && name !== 'auto')
    if (other !== undefined)
      context.addIssue({ code: 'custom', path: ['manager'], message: `the packages of ${other} cannot be read: apt, rpm and apk can` })
  })

type Args = z.output<typeof schema>
type Package = Readonly<Record<string, string | number | null>>
type Packages = Readonly<Record<string, readonly Package[]>>

const DATABASES: Readonly<Record<string, 'dpkg' | 'rpm' | 'apk'>> = {
  apt: 'dpkg',
  rpm: 'rpm',
  dnf: 'rpm',
  dnf5: 'rpm',
  yum: 'rpm',
  zypper: 'rpm',
  apk: 'apk',
}

export default defineModule<Args, Packages>({
  name: 'package_facts',
  summary: 'Read all installed packages of the host, as the fact `packages`.',
  description:
    'Each name has a list, for several versions or architectures may be there. `origin` is not told: only the sources of a package know it.',
  args: schema,
  returns: z.object({ ansible_facts: z.object({ packages: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))) }) }),
  examples: [
    { name: 'What is installed', yaml: 'package_facts:\n', lab: { first: 'ok', second: 'ok' } },
    { name: 'Of one manager', yaml: 'package_facts:\n  manager: apt\n', lab: { first: 'ok', second: 'ok' } },
  ],
  async check(host, task): Promise<Packages | Failure> {
    const found = await host.probe(PACKAGES)
    const wanted = task.manager.flatMap((name) => (name === 'auto' ? (['dpkg', 'rpm', 'apk'] as const) : [DATABASES[name] ?? 'dpkg']))
    const there = wanted.filter((name) => found[name] !== undefined)
    if (there.length === 0) return fail(`Could not detect a supported package manager from the following list: ${task.manager.join(', ')}`)
    const all = (task.strategy === 'all' ? there : there.slice(0, 1)).map((name) => found[name] ?? {})
    return all.reduce((sum, each) => ({ ...sum, ...each }), {})
  },
  plan: () => [],
  result: (packages) => ({ ansible_facts: { packages } }),
})

const PACKAGES: Probe<Readonly<Partial<Record<'dpkg' | 'rpm' | 'apk', Packages>>>> = {
  kind: 'package_facts',
  key: '',
  script: `if sr_has dpkg-query; then
  echo '= dpkg'; dpkg --print-architecture
  dpkg-query -W -f '\${Package}\\t\${Version}\\t\${Architecture}\\t\${Section}\\t\${db:Status-Status}\\n'
fi
if sr_has rpm && [ -d /var/lib/rpm ]; then echo '= rpm'; rpm -qa --qf '%{NAME}\\t%{VERSION}\\t%{RELEASE}\\t%{EPOCH}\\t%{ARCH}\\n'; fi
if sr_has apk; then echo '= apk'; apk info -v 2>/dev/null; fi`,
  parse({ text }) {
    const found: Partial<Record<'dpkg' | 'rpm' | 'apk', Packages>> = {}
    for (const part of text.split(/^= /m).slice(1)) {
      const [manager, ...lines] = part.split('\n').filter((line) => line !== '')
      const rows = lines.map((line) => line.split('\t'))
      if (manager === 'dpkg') found.dpkg = grouped(rows.slice(1).flatMap((row) => dpkgPackage(row, lines[0] ?? '')))
      if (manager === 'rpm') found.rpm = grouped(rows.map(rpmPackage))
      if (manager === 'apk') found.apk = grouped(lines.flatMap(apkPackage))
    }
    return found
  },
}

type Named = readonly [string, Package]

/** Packages of a foreign architecture are called `name:arch`, as apt calls them. */
function dpkgPackage([name = '', version = '', arch = '', category = '', status]: readonly string[], own: string): readonly Named[] {
  if (status !== 'installed') return []
  const full = arch === own || arch === 'all' ? name : `${name}:${arch}`
  return [[full, { name: full, version, arch, category, source: 'apt' }]]
}

function rpmPackage([name = '', version = '', release = '', epoch = '', arch = '']: readonly string[]): Named {
  return [name, { name, version, release, epoch: /^\d+$/.test(epoch) ? Number(epoch) : null, arch, source: 'rpm' }]
}

function apkPackage(line: string): readonly Named[] {
  const [, name, version] = /^(.+)-(\d[^-]*-r\d+)$/.exec(line) ?? []
  return name === undefined || version === undefined ? [] : [[name, { name, version, source: 'apk' }]]
}

function grouped(packages: readonly Named[]): Packages {
  const out = new Map<string, Package[]>()
  for (const [name, each] of packages) out.set(name, [...(out.get(name) ?? []), each])
  return Object.fromEntries(out)
}
