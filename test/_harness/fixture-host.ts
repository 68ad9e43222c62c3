import { createHash } from 'node:crypto'
import { z } from 'zod'
import { defined } from '../../runner/host/_defined.ts'
import { newFile } from '../../runner/host/_file-beliefs.ts'
import type {
  FileState,
  GroupState,
  HttpResponse,
  PackageState,
  QueryAnswer,
  ReadOnlyHost,
  ServiceState,
  UserState,
} from '../../runner/host/host.ts'
import { type Probe, ProbeUnavailable, Unavailable } from '../../runner/host/probe.ts'

const ANSWER = z.strictObject({ rc: z.number().default(0), stdout: z.string().default(''), stderr: z.string().default('') })

const PATH = z.strictObject({
  type: z.enum(['file', 'directory', 'link', 'block', 'char', 'fifo', 'socket', 'absent']).default('file'),
  content: z.string().optional(),
  sha256: z.string().optional(),
  target: z.string().optional(),
  mode: z.number().optional(),
  owner: z.string().optional(),
  group: z.string().optional(),
  uid: z.number().optional(),
  gid: z.number().optional(),
  size: z.number().optional(),
  mtime: z.number().optional(),
})

const SERVICE = z.strictObject({
  exists: z.boolean().default(true),
  active: z.boolean().default(false),
  enabled: z.boolean().default(false),
  masked: z.boolean().default(false),
  state: z.string().optional(),
  unitState: z.string().optional(),
})

const USER = z.strictObject({
  uid: z.number(),
  gid: z.number().optional(),
  group: z.string().optional(),
  comment: z.string().default(''),
  home: z.string().optional(),
  shell: z.string().default('/bin/sh'),
  groups: z.array(z.string()).default([]),
  password: z.string().optional(),
})

/** A host as plain data, for tests of what a module decides. What is not named is not there. */
export const FIXTURE = z.strictObject({
  /** A text is a file's content. */
  paths: z.record(z.string(), z.union([z.string(), PATH])).default({}),
  /** A version, or the whole state. */
  packages: z
    .record(
      z.string(),
      z.union([
        z.string(),
        z.strictObject({
          installed: z.boolean(),
          version: z.string().optional(),
          candidate: z.string().optional(),
          providedBy: z.string().optional(),
        }),
      ]),
    )
    .default({}),
  services: z.record(z.string(), SERVICE).default({}),
  users: z.record(z.string(), USER).default({}),
  groups: z.record(z.string(), z.strictObject({ gid: z.number(), members: z.array(z.string()).default([]) })).default({}),
  /** Program name to path. */
  programs: z.record(z.string(), z.string()).default({}),
  /** By command line. */
  queries: z.record(z.string(), ANSWER).default({}),
  /** By `kind key`: what the probe's script prints, to be parsed by the probe; or `unavailable` with the reason. */
  probes: z.record(z.string(), z.union([ANSWER, z.strictObject({ unavailable: z.string() })])).default({}),
  /** By `METHOD url`. */
  http: z
    .record(
      z.string(),
      z.strictObject({
        status: z.number(),
        headers: z.record(z.string(), z.string()).default({}),
        body: z.string().default(''),
        error: z.string().optional(),
      }),
    )
    .default({}),
})

export type FixtureData = z.input<typeof FIXTURE>
type Fixture = z.output<typeof FIXTURE>

/** A host that answers from the data. A question that it has no answer to is the test's mistake and is told as one. */
export function fixtureHost(data: FixtureData = {}): ReadOnlyHost {
  const fixture = FIXTURE.parse(data)
  return {
    name: 'fixture',
    predicted: false,
    probe: (probe) => Promise.resolve().then(() => probeAnswer(probe, fixture)),
    file: (path, want) => Promise.resolve(fileOf(path, fixture, { follow: want?.follow === true })),
    package: (name) => Promise.resolve(packageOf(name, fixture)),
    service: (name) => Promise.resolve(serviceOf(name, fixture)),
    user: (name) => Promise.resolve(userOf(name, fixture)),
    group: (name) => Promise.resolve(groupOf(name, fixture)),
    which: (program) => Promise.resolve(fixture.programs[program]),
    query: (argv) => Promise.resolve().then((): QueryAnswer => fixture.queries[argv.join(' ')] ?? unnamed(`queries: '${argv.join(' ')}'`)),
    http: ({ method, url }) => Promise.resolve().then(() => httpOf(`${method} ${url}`, fixture) ?? unnamed(`http: '${method} ${url}'`)),
  }
}

/** The session is root's unless the fixture says otherwise. */
const USUAL_PROBES: Fixture['probes'] = { 'identity ': ANSWER.parse({ stdout: '0\nroot\n0\nroot\n0022\n' }) }

/** What a question gets that asks nothing of the host: predictions alone answer it. */
const SILENCE = ANSWER.parse({})

function probeAnswer<T>(probe: Probe<T>, fixture: Fixture): T {
  const name = `${probe.kind} ${probe.key}`
  const known = fixture.probes[name] ?? USUAL_PROBES[name]
  const answer = known ?? (probe.script === ':' ? SILENCE : unnamed(`probes: '${name}'`))
  if ('unavailable' in answer) throw new ProbeUnavailable(new Unavailable(answer.unavailable))
  const state = probe.parse({ ...answer, stdout: Buffer.from(answer.stdout), text: answer.stdout })
  if (state instanceof Unavailable) throw new ProbeUnavailable(state)
  return state
}

function unnamed(what: string): never {
  throw new Error(`the fixture does not say what the host answers to: ${what}`)
}

function fileOf(path: string, fixture: Fixture, how: { follow: boolean }): FileState {
  const entry = fixture.paths[path]
  if (entry === undefined) return isFolderOf(path, fixture) ? newFile('directory') : { type: 'absent' }
  const told = typeof entry === 'string' ? PATH.parse({ content: entry }) : entry
  if (told.type === 'absent') return { type: 'absent' }
  if (how.follow && told.type === 'link' && told.target !== undefined) return fileOf(told.target, fixture, how)
  const { content, ...rest } = told
  const bytes = content === undefined ? undefined : Buffer.from(content)
  const known = bytes === undefined ? {} : { content: bytes, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  return { ...newFile(told.type), ...known, ...defined(rest), type: told.type }
}

/** A folder is there when something is in it. */
function isFolderOf(path: string, fixture: Fixture): boolean {
  const prefix = path === '/' ? '/' : `${path}/`
  return Object.entries(fixture.paths).some(
    ([other, entry]) => other.startsWith(prefix) && (typeof entry === 'string' || entry.type !== 'absent'),
  )
}

function packageOf(name: string, fixture: Fixture): PackageState {
  const entry = fixture.packages[name]
  if (entry === undefined) return { installed: false }
  return typeof entry === 'string' ? { installed: true, version: entry } : entry
}

function serviceOf(name: string, fixture: Fixture): ServiceState {
  const entry = fixture.services[name] ?? SERVICE.parse({ exists: false })
  const base = { state: entry.active ? 'active' : 'inactive', unitState: entry.enabled ? 'enabled' : 'disabled' }
  return { ...entry, state: entry.state ?? base.state, unitState: entry.unitState ?? base.unitState }
}

function userOf(name: string, fixture: Fixture): UserState {
  const entry = fixture.users[name]
  if (entry === undefined) return { exists: false }
  const { gid = entry.uid, group = name, home = `/home/${name}`, ...rest } = entry
  return { exists: true, name, gid, group, home, ...rest }
}

function groupOf(name: string, fixture: Fixture): GroupState {
  const entry = fixture.groups[name]
  return entry === undefined ? { exists: false } : { exists: true, name, ...entry }
}

function httpOf(key: string, fixture: Fixture): HttpResponse | undefined {
  const answer = fixture.http[key] ?? rootOf(key, fixture)
  return answer === undefined ? undefined : { ...answer, body: Buffer.from(answer.body), url: key.slice(key.indexOf(' ') + 1) }
}

/** A server that answers to something answers to GET at its root. */
function rootOf(key: string, fixture: Fixture): Fixture['http'][string] | undefined {
  const root = /^GET (https?:\/\/[^/]+\/)$/.exec(key)?.[1]
  const isThere = root !== undefined && Object.keys(fixture.http).some((other) => other.includes(` ${root}`))
  return isThere ? { status: 300, headers: {}, body: '' } : undefined
}
