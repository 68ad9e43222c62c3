import { args as arg, type FileState, type GroupState, type UserState, z } from '../runner/module/index.ts'
import { refused } from './_arguments.ts'

export const userArguments = z.strictObject({
  name: arg.str(),
  state: z.enum(['present', 'absent']).default('present'),
  uid: arg.int().optional(),
  non_unique: arg.bool().default(false).describe('Allow an id that another user has.'),
  group: arg.str().optional().describe('Primary group; default: a group of its own name.'),
  groups: arg.list(arg.str()).optional().describe('Supplementary groups; an empty list removes the user from all.'),
  append: arg.bool().default(false).describe('Add to `groups` instead of replacing them.'),
  comment: arg.str().optional(),
  home: arg.path().optional(),
  shell: arg.path().optional(),
  system: arg.bool().default(false).describe('Give a new user an id of the system range.'),
  create_home: arg.bool().default(true),
  move_home: arg.bool().default(false).describe('Move the old home when `home` differs.'),
  skeleton: arg.path().optional(),
  umask: arg.str().optional().describe('For a new home, in octal.'),
  password: arg.secret().optional().describe('Crypted, as in /etc/shadow; travels on standard input.'),
  update_password: z.enum(['always', 'on_create']).default('always'),
  password_lock: arg.bool().optional(),
  password_expire_max: arg.int().optional().describe('Days.'),
  password_expire_min: arg.int().optional().describe('Days.'),
  password_expire_warn: arg.int().optional().describe('Days.'),
  password_expire_account_disable: arg.int().optional().describe('Days after the password’s end that the account is closed.'),
  uid_min: arg.int().optional().describe('A new user gets no lower id.'),
  uid_max: arg.int().optional().describe('A new user gets no higher id.'),
  authorization: refused('for Solaris'),
  profile: refused('for Solaris'),
  role: refused('for Solaris'),
  hidden: refused('for macOS'),
  login_class: refused('for BSD'),
  seuser: refused('SELinux users are left to the host'),
  expires: arg.float().optional().describe('When the account expires, seconds since the epoch; negative: never.'),
  remove: arg.bool().default(false).describe('With state absent: remove the home and mail spool too.'),
  force: arg.bool().default(false).describe('With state absent: although the user is logged in.'),
  generate_ssh_key: arg.bool().default(false),
  ssh_key_type: arg.str().default('rsa'),
  ssh_key_bits: arg.int().default(0).describe("0: ssh-keygen's own default."),
  ssh_key_file: arg.path().optional().describe('Relative to the home; default .ssh/id_TYPE.'),
  ssh_key_comment: arg.str().optional().describe('Default: ansible-generated on HOST.'),
  ssh_key_passphrase: arg.secret().optional(),
  local: arg.bool().default(false).describe('Accepted for compatibility: /etc/passwd is what is changed.'),
})

export type UserArguments = z.output<typeof userArguments>

export interface UserFacts {
  readonly user: UserState
  readonly primary: GroupState | undefined
  /** A group with the user's name: a new user then joins it. */
  readonly namesake: GroupState
  /** The fields of /etc/shadow after the password: last change, min, max, warn, inactive, expire. */
  readonly shadow: readonly string[]
  readonly home: FileState | undefined
  readonly keyFile: string
  readonly key: FileState | undefined
  readonly publicKey: string | undefined
}

export function homeOf(args: UserArguments, user: UserState): string {
  return args.home ?? (user.exists ? user.home : `/home/${args.name}`)
}
