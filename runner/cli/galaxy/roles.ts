import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf, RunnerError } from '../../base/error.ts'
import type { Io } from '../io.ts'
import { warnLine } from '../warn-line.ts'
import { archiveEntries, type TarEntry } from './archive.ts'
import { folderEntries } from './folder.ts'
import { withWorkingCopy } from './git.ts'
import { isRole, ROLE_RECORD, roleVersion } from './installed.ts'
import type { RoleRequirement } from './requirements.ts'
import { installTree, type TreeEntry } from './tree.ts'

export interface RoleChoices {
  /** The folder that roles are installed into. */
  readonly path: string
  readonly force: boolean
  readonly ignoreErrors: boolean
}

/** Installs roles from archives, repositories and folders, one after the other. */
export async function installRoles(requirements: readonly RoleRequirement[], choices: RoleChoices, io: Io): Promise<void> {
  for (const requirement of requirements) {
    if (isInstalled(requirement, choices, io)) continue
    try {
      await installOne(requirement, choices, io)
    } catch (error) {
      warnLine(io, `- ${requirement.name} was NOT installed successfully: ${messageOf(error)}`)
      if (choices.ignoreErrors) continue
      throw new RunnerError('options', '- you can use --ignore-errors to skip failed roles and finish processing the list.', {
        hint: error instanceof RunnerError ? error.hint : undefined,
        cause: error,
      })
    }
  }
}

/** Tells about a role that is there already; an installed one of another version stays without --force. */
function isInstalled({ name, version }: RoleRequirement, { path, force }: RoleChoices, io: Io): boolean {
  const folder = join(path, name)
  if (!existsSync(join(folder, ROLE_RECORD))) return false
  const there = roleVersion(folder) ?? ''
  if (force) io.stdout.write(`- changing role ${name} from ${there} to ${version === '' ? 'unspecified' : version}\n`)
  else if (there === version) io.stdout.write(`- ${titled(name, version)} is already installed, skipping.\n`)
  else
    warnLine(io, `- ${name} (${there}) is already installed - use --force to change version to ${version === '' ? 'unspecified' : version}`)
  return !force
}

async function installOne(requirement: RoleRequirement, { path, force }: RoleChoices, io: Io): Promise<void> {
  const { name, version } = requirement
  const folder = join(path, name)
  const entries = await entriesOf(requirement, io)
  io.stdout.write(`- extracting ${name} to ${folder}\n`)
  if (existsSync(folder) && !force)
    throw new RunnerError('options', `the specified role ${name} appears to already exist. Use --force to replace it.`)
  if (existsSync(folder) && !isRole(folder))
    throw new RunnerError('options', `${folder} doesn't appear to contain a role.`, {
      hint: 'remove the folder yourself if the role is to go there',
    })
  const record = `install_date: '${new Date().toUTCString()}'\nversion: '${version.replaceAll("'", "''")}'\n`
  const own: TreeEntry = { path: ROLE_RECORD, type: 'file', content: Buffer.from(record), executable: false }
  installTree(folder, [...entries.filter((entry) => entry.path !== ROLE_RECORD), own])
  io.stdout.write(`- ${titled(name, version)} was installed successfully\n`)
}

function entriesOf({ kind, source, version }: RoleRequirement, io: Io): Promise<readonly TreeEntry[]> {
  switch (kind) {
    case 'archive':
      return archiveEntries(source).then((entries) => roleEntries(entries))
    case 'directory':
      return Promise.resolve(checked(folderEntries(source), source))
    case 'git':
      return withWorkingCopy({ url: source, version }, io, (copy) => checked(folderEntries(copy), source))
    case 'name':
      throw new RunnerError('not-found', `- sorry, ${source} was not found`, {
        hint: 'no Galaxy server is asked: name a folder, an archive (tar.gz) or a repository (git+URL) that has the role',
      })
  }
}

function checked(entries: readonly TreeEntry[], source: string): readonly TreeEntry[] {
  if (entries.some(({ path }) => /^meta\/main\.ya?ml$/.test(path))) return entries
  throw new RunnerError('not-found', `${source}: this role does not appear to have a meta/main.yml file.`)
}

/** What lies beside the meta/ folder that is nearest to the archive's root. */
function roleEntries(archive: readonly TarEntry[]): readonly TreeEntry[] {
  const roots = archive
    .map(({ member }) => member.path)
    .filter((path) => /(^|\/)meta\/main\.ya?ml$/.test(path))
    .map((path) => dirname(dirname(path)))
    .sort((a, b) => a.length - b.length)
  const [root] = roots
  if (root === undefined) throw new RunnerError('not-found', 'this role does not appear to have a meta/main.yml file.')
  const front = root === '.' ? '' : `${root}/`
  return archive.flatMap(({ member, content }): readonly TreeEntry[] => {
    if (!member.path.startsWith(front)) {
      if (member.path.split('/').includes('..'))
        throw new RunnerError('not-found', `the path '${member.path}' leads out of the archive's folder`)
      return []
    }
    const path = member.path.slice(front.length)
    if (path === '') return []
    if (member.type === 'link') return [{ path, type: 'link', target: member.target ?? '' }]
    if (content === undefined) return []
    return [{ path, type: 'file', content, executable: ((member.mode ?? 0) & 0o100) !== 0 }]
  })
}

function titled(name: string, version: string): string {
  return version === '' ? name : `${name} (${version})`
}
