import { args as arg, z } from '../runner/module/index.ts'
import { refused } from './_arguments.ts'

/** The arguments of the module git. */
export const gitSchema = z
  .strictObject({
    repo: arg.str().describe('Where the repository is: `https://`, `ssh://`, `git@…:…`, `file://` or a path of the host.'),
    dest: arg.path().optional().describe('Where it is checked out. It may be left out with `clone: false`.'),
    version: arg
      .str()
      .default('HEAD')
      .describe('A branch, a tag, a commit, or `HEAD`: the branch that is checked out, or that the server has as its own.'),
    remote: arg.str().default('origin').describe('The name of the server in the clone.'),
    refspec: arg.str().optional().describe('What else to fetch, where `version` is in no branch and no tag.'),
    reference: arg.str().optional().describe('A repository of the host to borrow objects from (`git clone --reference`).'),
    force: arg.bool().default(false).describe('Throw local modifications of known files away; without it they are a failure.'),
    depth: arg.int().optional().describe('Fetch only so many commits. Counts for HEAD, branches, tags and `refspec`.'),
    clone: arg.bool().default(true).describe('Clone where there is nothing yet.'),
    update: arg.bool().default(true).describe('Fetch and check out where there is a clone.'),
    bare: arg.bool().default(false).describe('A repository without files checked out.'),
    recursive: arg.bool().default(true).describe('Submodules too.'),
    single_branch: arg.bool().default(false).describe('Clone only the history of `version`.'),
    verify_commit: arg.bool().default(false).describe('The commit or tag must have a signature that gpg on the host accepts.'),
    accept_hostkey: arg.bool().default(false).describe("Do not check the server's SSH host key."),
    accept_newhostkey: arg.bool().default(false).describe('Take a host key that is not known yet; refuse one that has changed.'),
    key_file: arg.path().optional().describe('A private SSH key of the host.'),
    ssh_opts: arg.str().optional().describe('More options for ssh.'),
    executable: arg.path().optional().describe('The git program; default the one on the PATH.'),
    umask: z
      .string()
      .regex(/^0?o?[0-7]{1,4}$/, 'umask must be defined as a quoted octal integer')
      .optional(),
    archive: refused('use command with git archive'),
    archive_prefix: refused('use command with git archive'),
    gpg_allowlist: refused('keep only the keys that you trust in the keyring, and set verify_commit'),
    separate_git_dir: refused('give dest a place with room for the whole clone'),
    track_submodules: refused('pin submodules in the repository'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.dest === undefined && task.clone) refuse('the destination directory must be specified unless clone=no')
    if (task.accept_hostkey && task.accept_newhostkey) refuse('parameters are mutually exclusive: accept_hostkey|accept_newhostkey')
  })

export type GitArgs = z.output<typeof gitSchema>

/** Depths need a transport, so that a path of the host is written as an address. */
export function addressOf(task: GitArgs): string {
  return task.repo.startsWith('/') ? `file://${task.repo}` : task.repo
}

/** Variables for git: texts to be read by this program, no question at a terminal, and how ssh is called. */
export function gitEnvironment(task: GitArgs, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const options = [
    env['GIT_SSH_OPTS'],
    task.ssh_opts,
    ...(task.accept_hostkey ? ['-o StrictHostKeyChecking=no'] : []),
    ...(task.accept_newhostkey ? ['-o StrictHostKeyChecking=accept-new'] : []),
    '-o BatchMode=yes',
    ...(task.key_file === undefined ? [] : [`-i ${task.key_file} -o IdentitiesOnly=yes`]),
  ]
  const ssh = env['GIT_SSH'] ?? env['GIT_SSH_COMMAND'] ?? 'ssh'
  return {
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: [ssh, ...options.filter((option) => option !== undefined)].join(' '),
  }
}
