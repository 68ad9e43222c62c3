import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import { readAnsibleConfig } from '../ansible-config.ts'
import { type Arguments, parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import { installCollections } from '../galaxy/collections.ts'
import { collectionRoot, isRole } from '../galaxy/installed.ts'
import { listCollections, listRoles } from '../galaxy/list.ts'
import { GALAXY_OPTIONS } from '../galaxy/options.ts'
import { collectionSource, type Requirements, readRequirements, roleSource } from '../galaxy/requirements.ts'
import { installRoles } from '../galaxy/roles.ts'
import type { Io } from '../io.ts'
import { commandHelp } from '../overview.ts'
import { collectionPlaces, rolePlaces } from '../search-places.ts'
import { UsageError } from '../usage-error.ts'
import { warnLine } from '../warn-line.ts'

type GalaxyArguments = Arguments<typeof GALAXY_OPTIONS>

/** `run galaxy`: installs roles and collections from folders, archives and repositories; lists and removes them. */
export async function galaxyCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(GALAXY_OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(commandHelp('galaxy', io, GALAXY_OPTIONS))
    return EXIT.ok
  }
  try {
    await carryOut(jobOf(args, io), args, io)
    return EXIT.ok
  } catch (error) {
    // Whatever is wrong with what is to be installed, the exit code is 1.
    if (!(error instanceof RunnerError) || error.code === 'bug') throw error
    const { message, source, hint, trace } = error
    throw new RunnerError('not-found', message, { source, hint, trace, cause: error })
  }
}

async function carryOut(job: GalaxyJob, args: GalaxyArguments, io: Io): Promise<void> {
  switch (job.action) {
    case 'install':
      await install(job, args, io)
      break
    case 'list':
      list(job, args, io)
      break
    case 'remove':
      remove(job, io)
  }
}

interface GalaxyJob {
  /** Both, where neither was named: `install -r FILE`. */
  readonly type: 'collection' | 'role' | 'both'
  readonly action: 'install' | 'list' | 'remove'
  readonly words: readonly string[]
  readonly rolePlaces: readonly string[]
  readonly collectionPlaces: readonly string[]
  /** `-p`: a place of roles where no type was named. */
  readonly path: string | undefined
}

function jobOf(args: GalaxyArguments, io: Io): GalaxyJob {
  const [first = '', ...rest] = args.words
  const typed = first === 'collection' || first === 'role'
  const [action = '', ...words] = typed ? rest : args.words
  const type = typed ? first : action === 'install' ? 'both' : 'role'
  if (action !== 'install' && action !== 'list' && !(action === 'remove' && type === 'role')) throw unknownAction(action, type)
  const config = readAnsibleConfig(io)
  const given = args.list('path').flatMap((list) => list.split(':').map((path) => resolve(io.cwd, path)))
  return {
    type,
    action,
    words,
    path: given[0],
    rolePlaces: [...(type === 'collection' ? [] : given), ...rolePlaces(config, io)],
    collectionPlaces: [...(type === 'collection' ? given : []), ...collectionPlaces(config, io)],
  }
}

function unknownAction(action: string, type: string): UsageError {
  if (action === '') return new UsageError('say what to do: [collection|role] install, list, or role remove')
  return new UsageError(
    `cannot do '${type === 'both' ? '' : `${type} `}${action}'`,
    'install, list and role remove work without a Galaxy server',
  )
}

async function install(job: GalaxyJob, args: GalaxyArguments, io: Io): Promise<void> {
  const { roles, collections } = requirementsOf(job, args, io)
  const common = { force: args.flag('force') || args.flag('forceWithDeps'), ignoreErrors: args.flag('ignoreErrors') }
  const say = (text: string): void => {
    io.stdout.write(`${text}\n`)
  }
  if (roles.length === 0 && collections.length === 0) {
    say('Skipping install, no requirements found')
    return
  }
  if (roles.length > 0) {
    say('Starting galaxy role install process')
    await installRoles(roles, { ...common, path: job.rolePlaces[0] ?? '' }, io)
  }
  if (collections.length === 0) return
  say('Starting galaxy collection install process')
  const path = job.collectionPlaces[0] ?? ''
  if (job.type === 'collection' && job.path !== undefined) warnOfPlace(job, io)
  const more = { upgrade: args.flag('upgrade'), noDependencies: args.flag('noDeps'), places: job.collectionPlaces }
  await installCollections(collections, { ...common, ...more, path }, io)
}

function warnOfPlace({ collectionPlaces: [path = '', ...places] }: GalaxyJob, io: Io): void {
  if (places.some((place) => collectionRoot(place).startsWith(path))) return
  warnLine(
    io,
    `The specified collections path '${path}' is not part of the configured Ansible collections paths '${places.join(':')}'. The installed collection will not be picked up in an Ansible run, unless within a playbook-adjacent collections directory.`,
  )
}

/** What is named on the command line or in the file, of the type that is meant. */
function requirementsOf({ type, words, path }: GalaxyJob, args: GalaxyArguments, io: Io): Requirements {
  const file = args.value('requirements')
  const bases = [io.cwd]
  if (type === 'collection') {
    if (words.length > 0 && file !== undefined)
      throw new RunnerError('options', 'The positional collection_name arg and --requirements-file are mutually exclusive.')
    if (words.length === 0 && file === undefined)
      throw new RunnerError('options', 'You must specify a collection name or a requirements file.')
    return {
      roles: [],
      collections: file === undefined ? words.flatMap((word) => collectionSource(word, bases)) : readRequirements(file, io.cwd).collections,
    }
  }
  if (file === undefined) {
    if (words.length === 0) throw new UsageError('- you must specify a user/role name or a roles file')
    return { roles: words.map((word) => roleSource(word, bases)), collections: [] }
  }
  if (!/\.ya?ml$/.test(file)) throw new RunnerError('options', 'Invalid role requirements file, it must end with a .yml or .yaml extension')
  const all = readRequirements(file, io.cwd)
  const roles = words.length === 0 ? all.roles : all.roles.filter(({ name }) => words.includes(name))
  if (type === 'role' || path === undefined || all.collections.length === 0)
    return { roles, collections: type === 'both' ? all.collections : [] }
  warnLine(
    io,
    `The requirements file '${resolve(io.cwd, file)}' contains collections which will be ignored. To install these collections run 'ansible-galaxy collection install -r' or to install both at the same time run 'ansible-galaxy install -r' without a custom install path.`,
  )
  return { roles, collections: [] }
}

function list({ type, words: [name], rolePlaces: roles, collectionPlaces: collections }: GalaxyJob, args: GalaxyArguments, io: Io): void {
  if (type === 'collection') listCollections(collections, { name, format: args.value('format') ?? 'human' }, io)
  else listRoles(roles, name, io)
}

function remove({ words, rolePlaces: places }: GalaxyJob, io: Io): void {
  if (words.length === 0) throw new UsageError('- you must specify at least one role to remove.')
  for (const name of words) {
    const folder = /^[\w.-]+$/.test(name) && !/^\.+$/.test(name) ? places.map((place) => join(place, name)).find(isRole) : undefined
    if (folder === undefined) io.stdout.write(`- ${name} is not installed, skipping.\n`)
    else {
      rmSync(folder, { recursive: true })
      io.stdout.write(`- successfully removed ${name}\n`)
    }
  }
}
