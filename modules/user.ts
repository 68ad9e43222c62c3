import { defineModule, type Failure, fail, type ModuleContext, quote, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { homeOf, type UserArguments, type UserFacts, userArguments } from './_user.ts'
import { planUser } from './_user-plan.ts'

export default defineModule({
  name: 'user',
  summary: 'Create, change and remove user accounts.',
  description:
    'Passwords are given crypted and travel on standard input. Uses useradd, usermod, chpasswd, chage and userdel of the shadow suite.',
  args: userArguments,
  aliases: { user: 'name', createhome: 'create_home' },
  returns: z.object({
    name: z.string(),
    state: z.enum(['present', 'absent']),
    uid: z.number().optional(),
    group: z.union([z.string(), z.number()]).optional(),
    home: z.string().optional(),
    shell: z.string().optional(),
    comment: z.string().optional(),
    groups: z.string().optional(),
    append: z.boolean(),
    create_home: z.boolean(),
    system: z.boolean(),
    ssh_key_file: z.string().optional(),
    ssh_public_key: z.string().optional(),
  }),
  examples: [
    {
      name: 'An account for a daemon',
      yaml: 'user:\n  name: swiftlab\n  system: true\n  shell: /usr/sbin/nologin\n  home: /var/lib/swiftlab\n  create_home: false\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'An operator with a key',
      yaml: 'user:\n  name: joe\n  groups: [sudo]\n  append: true\n  shell: /bin/bash\n  generate_ssh_key: true\n  ssh_key_type: ed25519\n',
      lab: { first: 'changed', second: 'ok' },
    },
    {
      name: 'A person whose password must be changed now and then',
      yaml: "user:\n  name: ann\n  comment: Ann of operations\n  password: \"{{ 'not-a-secret' | password_hash('sha512', 'salt', rounds=5000) }}\"\n  password_expire_max: 90\n  password_expire_warn: 7\n",
      lab: { first: 'changed' },
    },
    { name: 'Gone with the home', yaml: 'user:\n  name: joe\n  state: absent\n  remove: true\n', lab: { first: 'changed', second: 'ok' } },
  ],
  check: readUser,
  plan: planUser,
  result(state, args, outcomes) {
    const base = { name: args.name, state: args.state, append: args.append, create_home: args.create_home, system: args.system }
    if (args.state === 'absent') return { ...base, force: args.force, remove: args.remove }
    const user = state.user.exists ? state.user : undefined
    const publicKey = outcomes.find(({ id }) => id === 'key')?.stdout.trim() ?? state.publicKey
    const key = args.generate_ssh_key
      ? { ssh_key_file: state.keyFile, ...(publicKey === undefined ? {} : { ssh_public_key: publicKey }) }
      : {}
    return {
      ...base,
      ...key,
      ...defined({
        uid: args.uid ?? user?.uid,
        group: args.group ?? user?.gid,
        comment: args.comment ?? user?.comment,
        shell: args.shell ?? user?.shell,
        groups: args.groups?.join(','),
      }),
      home: homeOf(args, state.user),
      ...(outcomes.length === 0 ? {} : { rc: outcomes.at(-1)?.rc ?? 0 }),
    }
  },
})

async function readUser(host: ReadOnlyHost, args: UserArguments, context: ModuleContext): Promise<UserFacts | Failure> {
  const asksAge = [
    args.expires,
    args.password_expire_max,
    args.password_expire_min,
    args.password_expire_warn,
    args.password_expire_account_disable,
  ].some((value) => value !== undefined)
  const likely = likelyHomes(args)
  const [user, namesake, primary, groups, shadow, likelyFiles] = await Promise.all([
    host.user(args.name),
    host.group(args.name),
    args.group === undefined ? undefined : host.group(args.group),
    Promise.all((args.groups ?? []).map((name) => host.group(name))),
    asksAge ? shadowOf(host, args.name) : [],
    Promise.all(likely.map((home) => homeFiles(host, args, home))),
  ])
  const missing = (args.groups ?? []).filter((_, index) => groups[index]?.exists !== true)
  if (args.state === 'present' && primary?.exists === false)
    return fail(`Group ${args.group ?? ''} does not exist`, { hint: 'create it with the group module first' })
  if (args.state === 'present' && missing.length > 0)
    return fail(`Group ${missing.join(', ')} does not exist`, { hint: 'create it with the group module first' })
  const password = args.password?.reveal()
  if (password !== undefined && !/^[!*]|^\$|^[A-Za-z0-9./]{13}$|^_/.test(password))
    context.warn('the password is not crypted: give it through the password_hash filter')
  const home = homeOf(args, user)
  const files = likelyFiles[likely.indexOf(home)] ?? (await homeFiles(host, args, home))
  return { user, namesake, primary, shadow, keyFile: keyPath(args, home), ...files, home: user.exists ? files.home : undefined }
}

/** Asked about together with the account, so that an unchanged user is one round trip: people's homes and those of Debian's services. */
function likelyHomes({ name, home }: UserArguments): readonly string[] {
  if (home !== undefined) return [home]
  return name === 'root' ? ['/root'] : [`/home/${name}`, `/var/lib/${name}`]
}

async function homeFiles(host: ReadOnlyHost, args: UserArguments, home: string): Promise<Pick<UserFacts, 'home' | 'key' | 'publicKey'>> {
  const key = keyPath(args, home)
  const [state, file, publicKey] = await Promise.all([
    args.state === 'present' && args.create_home ? host.file(home, { follow: true }) : undefined,
    args.generate_ssh_key ? host.file(key) : undefined,
    args.generate_ssh_key ? host.file(`${key}.pub`, { content: 65_536 }) : undefined,
  ])
  return { home: state, key: file, publicKey: publicKey?.type === 'file' ? publicKey.content?.toString('utf8').trim() : undefined }
}

function keyPath(args: UserArguments, home: string): string {
  const file = args.ssh_key_file ?? `.ssh/id_${args.ssh_key_type}`
  return file.startsWith('/') ? file : `${home}/${file}`
}

function shadowOf(host: ReadOnlyHost, name: string): Promise<readonly string[]> {
  return host.probe({
    kind: 'shadow',
    key: name,
    script: `sr_colon ${quote(name)} /etc/shadow || :`,
    parse: (answer) => answer.text.trim().split(':').slice(2),
  })
}

function defined(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
}
