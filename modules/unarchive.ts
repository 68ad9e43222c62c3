import { basename, posix } from 'node:path'
import {
  type Action,
  type Change,
  defineModule,
  directoryCreated,
  type Failure,
  fail,
  fileWritten,
  type Outcome,
  resource,
  z,
} from '../runner/module/index.ts'
import { attributeChanges, attributeResult, attributesAfter, isStat } from './_attributes.ts'
import { lookKey, memberPath, namesOf, readUnarchive, type Unarchive } from './_unarchive.ts'
import { type UnarchiveArgs, unarchiveSchema } from './_unarchive-args.ts'
import { differenceOf, memberEffects } from './_unarchive-members.ts'
import { type Handling, handlingArgv, REFUSED } from './_unarchive-script.ts'

export default defineModule<UnarchiveArgs, Unarchive>({
  name: 'unarchive',
  summary: 'Unpack an archive of the controller, of the host or of a server.',
  description: [
    'tar archives, by themselves or packed with gzip, bzip2, xz or zstd, and zip archives. The host needs GNU tar and what the archive is packed with, or unzip.',
    'An archive of the controller is read there: members are compared with what the host has (contents, times, links, modes, owners, as `tar --diff` does), and it is sent only where something differs.',
    'One on the host is looked into by the host’s own programs. One of a server is fetched each time, for only then can be said whether anything differs: give `creates`, or use get_url.',
    'What a zip archive holds is compared by content, not by time.',
  ].join(' '),
  args: unarchiveSchema,
  returns: z.object({
    dest: z.string(),
    src: z.string(),
    handler: z.string(),
    state: z.string(),
    files: z.array(z.string()).optional().describe('The members, with `list_files`.'),
    extract_results: z.object({ rc: z.number(), out: z.string(), err: z.string(), cmd: z.array(z.string()) }).optional(),
  }),
  examples: [
    {
      name: 'A release of the controller',
      yaml: 'unarchive:\n  src: release.tar.gz\n  dest: /srv/unarchive\n  owner: root\n  group: root\n  list_files: true\n',
      lab: { first: 'changed', before: 'file:\n  path: /srv/unarchive\n  state: directory\n' },
    },
    {
      name: 'Without its first folder, and only a part',
      yaml: 'unarchive:\n  src: release.tar.gz\n  dest: /srv/unarchive\n  extra_opts: [--strip-components=1]\n  exclude: [docs]\n  mode: u=rwX,go=rX\n',
      lab: { first: 'changed', before: 'file:\n  path: /srv/unarchive\n  state: directory\n' },
    },
    {
      name: 'An archive of the host',
      yaml: 'unarchive:\n  src: /srv/unarchive-etc.tar.gz\n  dest: /srv/unarchive\n  remote_src: true\n',
      lab: {
        first: 'changed',
        before:
          '- shell:\n    cmd: mkdir -p /srv/unarchive && tar -czf /srv/unarchive-etc.tar.gz -C /etc hostname fstab\n    creates: /srv/unarchive-etc.tar.gz\n',
      },
    },
  ],
  check: readUnarchive,
  plan,
  result,
})

function plan(state: Unarchive, task: UnarchiveArgs): readonly Change[] {
  if (state.exists) return []
  const { members, looked } = state
  if (looked !== undefined && looked.differences.length > 0) return [remoteChange(state, task)]
  if (members === undefined) return [doubtful(state, task)]
  const different = members.places.flatMap((placed) => {
    const how = looked === undefined ? differenceOf(placed, members.expected) : undefined
    return how === undefined ? [] : [`${placed.member.path}: ${how}`]
  })
  if (different.length > 0) return [localChange(state, task, different)]
  return members.places.flatMap(({ path, file }) => (isStat(file) ? attributeChanges(path, file, task, state.owners) : []))
}

function localChange(state: Unarchive, task: UnarchiveArgs, different: readonly string[]): Change {
  const { members, owners } = state
  return {
    what: wording(state, different.length),
    actions: sending(state, task, 'unpack-once'),
    effects: members === undefined ? [] : memberEffects(members.places, members.expected, owners),
    diff: shown(state, different),
  }
}

function remoteChange(state: Unarchive, task: UnarchiveArgs): Change {
  const { source, looked } = state
  if (source.kind !== 'remote' || looked === undefined) return doubtful(state, task)
  const after = attributesAfter({ type: 'absent' }, task, state.owners)
  return {
    what: wording(state, looked.differences.length),
    actions: [{ do: 'run', id: 'unpack', argv: handlingArgv('unpack', source.path, state.dest, task), okCodes: 'any' }],
    effects: [
      ...looked.names.map((name) =>
        name.endsWith('/')
          ? directoryCreated(memberPath(state, name))
          : fileWritten(memberPath(state, name), {}, { ...(task.mode === undefined ? {} : { mode: after.mode }) }),
      ),
      resource('unarchive', lookKey({ src: source.path, dest: state.dest, task }), { ...looked, differences: [] }),
    ],
    diff: shown(state, looked.differences),
  }
}

/** The host says while it is at it whether anything had to be done. */
function doubtful(state: Unarchive, task: UnarchiveArgs): Change {
  const why =
    state.source.kind === 'url'
      ? 'what the archive holds is known only when it is downloaded'
      : 'what the archive holds is known only on the host'
  return {
    what: wording(state, 0),
    actions: sending(state, task, 'ensure-once'),
    certainty: 'maybe',
    why,
    unchangedIf: { id: 'unpack', stdout: '^same$' },
  }
}

/** The archive lies beside what comes out of it while it is unpacked: nobody else can put another there. */
function sending(state: Unarchive, task: UnarchiveArgs, how: Handling): readonly Action[] {
  const { source, dest } = state
  const run = (src: string): Action => ({ do: 'run', id: 'unpack', argv: handlingArgv(how, src, dest, task), okCodes: 'any' })
  const place = posix.join(dest, `.stackrun-unarchive.${basename(task.src).replaceAll(/[^\w.-]/g, '_')}`)
  switch (source.kind) {
    case 'local':
      return [{ do: 'write', path: place, content: source.open ?? { local: source.path }, mode: 0o600, link: 'replace' }, run(place)]
    case 'url':
      return [
        { do: 'fetch', path: place, request: { url: source.url, validateCerts: task.validate_certs }, mode: 0o600, link: 'replace' },
        run(place),
      ]
    case 'remote':
      return [{ do: 'run', id: 'unpack', argv: handlingArgv('ensure', source.path, dest, task), okCodes: 'any' }]
  }
}

function wording(state: Unarchive, different: number): string {
  const { source, dest } = state
  const name = source.kind === 'url' ? source.url : basename(source.path)
  return `unpack ${name} in ${dest}${different === 0 ? '' : ` (${String(different)} ${different === 1 ? 'member differs' : 'members differ'})`}`
}

function shown(state: Unarchive, different: readonly string[]): Change['diff'] {
  return { beforeName: state.dest, afterName: state.dest, before: '', after: different.map((line) => `${line}\n`).join('') }
}

const HANDLERS = {
  none: 'TarArchive',
  gzip: 'TgzArchive',
  bzip2: 'TarBzipArchive',
  xz: 'TarXzArchive',
  zstd: 'TarZstdArchive',
  zip: 'ZipArchive',
} as const

function result(state: Unarchive, task: UnarchiveArgs, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> | Failure {
  if (state.exists) return { msg: `skipped, since ${task.creates ?? ''} exists` }
  const outcome = outcomes.find(({ id }) => id === 'unpack')
  const { source, folder, dest } = state
  const handler = state.looked?.handler ?? (source.kind === 'local' ? HANDLERS[source.packing] : undefined)
  const data = {
    dest,
    src: task.src,
    ...(handler === undefined ? {} : { handler }),
    ...(isStat(folder) ? { state: 'directory', size: folder.size, ...attributeResult(folder) } : {}),
    ...(task.list_files ? { files: namesOf(state) } : {}),
    ...(outcome === undefined || outcome.stdout === 'same\n'
      ? {}
      : {
          extract_results: {
            rc: outcome.rc,
            out: outcome.stdout,
            err: outcome.stderr,
            cmd: [handler === 'ZipArchive' ? 'unzip' : 'tar', '--extract'],
          },
        }),
  }
  return outcome !== undefined && outcome.rc !== 0
    ? fail(outcome.rc === REFUSED ? outcome.stderr.trim() : `failed to unpack ${task.src} to ${dest}`, {
        data: { changed: false, ...data },
      })
    : data
}
