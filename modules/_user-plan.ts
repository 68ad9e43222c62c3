import { posix } from 'node:path'
import {
  type Action,
  type Change,
  directoryCreated,
  type Effect,
  fileRemoved,
  fileWritten,
  groupChanged,
  groupRemoved,
  quote,
  resource,
  Secret,
  type UserEntry,
  userChanged,
  userRemoved,
} from '../runner/module/index.ts'
import { homeOf, type UserArguments, type UserFacts } from './_user.ts'

export function planUser(state: UserFacts, args: UserArguments): readonly Change[] {
  const { user } = state
  if (args.state === 'absent') return user.exists ? [removal(user, args)] : []
  const account = user.exists ? [...modification(user, args), ...homeCreation(state, user, args)] : [creation(state, args)]
  return [...account, ...password(state, args), ...aging(state, args), ...sshKey(state, args)]
}

function removal(user: UserEntry, args: UserArguments): Change {
  const flags = [...(args.force ? ['-f'] : []), ...(args.remove ? ['-r'] : [])]
  return {
    what: `remove user ${args.name}`,
    actions: [{ do: 'run', argv: ['userdel', ...flags, args.name] }],
    effects: [
      userRemoved(args.name),
      ...(args.remove ? [fileRemoved(user.home)] : []),
      ...(user.group === args.name ? [groupRemoved(args.name)] : []), // userdel takes a group of its own along
    ],
  }
}

function creation(state: UserFacts, args: UserArguments): Change {
  const group = args.group === undefined ? (state.namesake.exists ? ['-N', '-g', args.name] : ['-U']) : ['-N', '-g', args.group]
  const argv = [
    'useradd',
    ...option('-u', args.uid),
    ...(args.uid !== undefined && args.non_unique ? ['-o'] : []),
    ...group,
    ...(args.groups === undefined || args.groups.length === 0 ? [] : ['-G', args.groups.join(',')]),
    ...option('-c', args.comment),
    ...option('-d', args.home),
    ...option('-s', args.shell),
    ...(args.system ? ['-r'] : []),
    ...(args.uid_min === undefined ? [] : ['-K', `UID_MIN=${String(args.uid_min)}`]),
    ...(args.uid_max === undefined ? [] : ['-K', `UID_MAX=${String(args.uid_max)}`]),
    ...(args.create_home
      ? ['-m', ...option('-k', args.skeleton), ...(args.umask === undefined ? [] : ['-K', `UMASK=${args.umask}`])]
      : ['-M']),
    args.name,
  ]
  const entry = {
    uid: args.uid,
    group: args.group ?? args.name,
    groups: args.groups ?? [],
    comment: args.comment ?? '',
    home: homeOf(args, state.user),
    shell: args.shell,
  }
  const known = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined))
  const effects = [
    userChanged(args.name, known),
    ...(group.includes('-U') ? [groupChanged(args.name)] : []),
    ...(args.create_home ? [homeMade(entry.home, args)] : []),
  ]
  return { what: `create user ${args.name}`, actions: [{ do: 'run', argv }], effects }
}

function homeMade(home: string, args: UserArguments): Effect {
  return directoryCreated(home, { owner: args.name, group: args.group ?? args.name })
}

/** One `usermod` for all that differs. */
function modification(user: UserEntry, args: UserArguments): readonly Change[] {
  const words: string[] = []
  const told: string[] = []
  const differ = (name: string, now: string | number, wanted: string | number | undefined, flag: string): void => {
    if (wanted === undefined || wanted === now) return
    words.push(flag, String(wanted))
    told.push(`${name} ${String(now)} -> ${String(wanted)}`)
  }
  differ('uid', user.uid, args.uid, '-u')
  if (args.group !== String(user.gid)) differ('group', user.group, args.group, '-g')
  differ('comment', user.comment, args.comment, '-c')
  differ('home', user.home, args.home, '-d')
  differ('shell', user.shell, args.shell, '-s')
  const groups = groupDifference(user, args)
  words.push(...groups.words)
  told.push(...groups.told)
  if (words.length === 0) return []
  const extra = [...(words.includes('-d') && args.move_home ? ['-m'] : []), ...(words.includes('-u') && args.non_unique ? ['-o'] : [])]
  const wanted = { uid: args.uid, group: args.group, comment: args.comment, home: args.home, shell: args.shell, groups: groups.after }
  const known = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
  const effects = [userChanged(args.name, known)]
  const diff = { beforeName: `user ${args.name}`, afterName: `user ${args.name}`, ...diffLines(told) }
  return [
    {
      what: `change user ${args.name}: ${told.join(', ')}`,
      actions: [{ do: 'run', argv: ['usermod', ...words, ...extra, args.name] }],
      effects,
      diff,
    },
  ]
}

function groupDifference(
  user: UserEntry,
  args: UserArguments,
): { readonly words: readonly string[]; readonly told: readonly string[]; readonly after?: readonly string[] } {
  const wanted = args.groups?.filter((group) => group !== user.group)
  if (wanted === undefined) return { words: [], told: [] }
  const missing = wanted.filter((group) => !user.groups.includes(group))
  const extra = args.append ? [] : user.groups.filter((group) => !wanted.includes(group))
  if (missing.length === 0 && extra.length === 0) return { words: [], told: [] }
  const words = args.append ? ['-a', '-G', missing.join(',')] : ['-G', wanted.join(',')]
  return {
    words,
    told: [`groups ${user.groups.join(',')} -> ${(args.append ? [...user.groups, ...missing] : wanted).join(',')}`],
    after: args.append ? [...user.groups, ...missing] : wanted,
  }
}

function diffLines(told: readonly string[]): { readonly before: string; readonly after: string } {
  const rows = told.map((line) => /^(\S+) (.*?) ?-> (.*)$/.exec(line))
  const side = (index: number): string => rows.map((row) => `${row?.[1] ?? ''}: ${row?.[index] ?? ''}\n`).join('')
  return { before: side(2), after: side(3) }
}

/** A user that was made without a home gets one when it is asked for. */
function homeCreation(state: UserFacts, user: UserEntry, args: UserArguments): readonly Change[] {
  const home = args.home ?? user.home
  if (!args.create_home || args.move_home || state.home?.type !== 'absent') return []
  const from = quote(args.skeleton ?? '/etc/skel')
  const owner = quote(`${args.name}:${args.group ?? String(user.gid)}`)
  const script = `mkdir -p ${quote(home)} && { [ ! -d ${from} ] || cp -R ${from}/. ${quote(home)}/; } && chown -R ${owner} ${quote(home)} && chmod ${homeMode(args)} ${quote(home)}`
  const actions: Change['actions'] = [{ do: 'script', script, purpose: `create the home of ${args.name}` }]
  return [{ what: `create home ${home}`, actions, effects: [homeMade(home, { ...args, group: args.group ?? user.group })] }]
}

function homeMode(args: UserArguments): string {
  const umask = Number.parseInt(args.umask ?? '022', 8)
  return (0o777 & ~umask).toString(8).padStart(4, '0')
}

function password(state: UserFacts, args: UserArguments): readonly Change[] {
  const now = state.user.exists ? (state.user.password ?? '') : '!'
  const wanted = args.password?.reveal()
  const isWanted = wanted !== undefined && (!state.user.exists || args.update_password === 'always') && bare(now) !== bare(wanted)
  const hash = isWanted ? wanted : now
  return [...(isWanted ? [passwordSet(args.name, wanted)] : []), ...lock(args, hash)]
}

function passwordSet(name: string, hash: string): Change {
  return { what: `set the password of ${name}`, actions: [chpasswd(name, hash)], effects: [userChanged(name, { password: hash })] }
}

/** An account without any password stays as it is: there is nothing to unlock. */
function lock(args: UserArguments, hash: string): readonly Change[] {
  const wanted = args.password_lock
  if (wanted === undefined || wanted === hash.startsWith('!') || (!wanted && bare(hash) === '')) return []
  const [verb, flag] = wanted ? ['lock', '-L'] : ['unlock', '-U']
  const effects = [userChanged(args.name, { password: wanted ? `!${hash}` : bare(hash) })]
  return [{ what: `${verb} the password of ${args.name}`, actions: [{ do: 'run', argv: ['usermod', flag, args.name] }], effects }]
}

function bare(hash: string): string {
  return hash.replace(/^!+/, '')
}

function chpasswd(name: string, hash: string): Action {
  return { do: 'run', argv: ['chpasswd', '-e'], stdin: new Secret(`${name}:${hash}\n`) }
}

function aging(state: UserFacts, args: UserArguments): readonly Change[] {
  const [changed = '', min = '', max = '', warn = '', inactive = '', expire = '', ...rest] = state.shadow
  const days = args.expires === undefined ? undefined : args.expires < 0 ? '' : String(Math.floor(args.expires / 86_400))
  const pairs = [
    ['-E', expire, days === '' ? '-1' : days, days],
    ['-m', min, text(args.password_expire_min), text(args.password_expire_min)],
    ['-M', max, text(args.password_expire_max), text(args.password_expire_max)],
    ['-W', warn, text(args.password_expire_warn), text(args.password_expire_warn)],
    ['-I', inactive, text(args.password_expire_account_disable), text(args.password_expire_account_disable)],
  ] as const
  const words = pairs.flatMap(([flag, now, word, wanted]) =>
    wanted === undefined || word === undefined || now === wanted ? [] : [flag, word],
  )
  if (words.length === 0) return []
  const [expireAfter, minAfter, maxAfter, warnAfter, inactiveAfter] = pairs.map(([, now, , wanted]) => wanted ?? now)
  const after = [changed, minAfter, maxAfter, warnAfter, inactiveAfter, expireAfter, ...rest]
  return [
    {
      what: `set the ageing of account ${args.name}`,
      actions: [{ do: 'run', argv: ['chage', ...words, args.name] }],
      effects: [resource('shadow', args.name, after)],
    },
  ]
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function sshKey(state: UserFacts, args: UserArguments): readonly Change[] {
  if (!args.generate_ssh_key || (state.key !== undefined && state.key.type === 'file')) return []
  const bits = args.ssh_key_bits > 0 ? ['-b', String(args.ssh_key_bits)] : []
  const argv = ['sh', '-c', KEYGEN, 'ssh-key', args.name, state.keyFile, args.ssh_key_type, args.ssh_key_comment ?? '', ...bits]
  const owned = { owner: args.name }
  const effects = [
    directoryCreated(posix.dirname(state.keyFile), owned),
    fileWritten(state.keyFile, {}, { ...owned, mode: 0o600 }),
    fileWritten(`${state.keyFile}.pub`, {}, owned),
  ]
  return [
    {
      what: `create the SSH key ${state.keyFile}`,
      actions: [{ do: 'run', id: 'key', argv, stdin: args.ssh_key_passphrase ?? '' }],
      effects,
    },
  ]
}

/** Prints the public key. The passphrase comes on standard input: ssh-keygen asks for it through an askpass program that prints what it inherited. */
const KEYGEN = `u=$1 f=$2 t=$3 c=$4; shift 4; d=\${f%/*}; : "\${c:=ansible-generated on $(uname -n)}"
[ -d "$d" ] || { mkdir -p "$d" && chmod 0700 "$d" && chown "$u": "$d"; } || exit
IFS= read -r p || :
if [ -z "$p" ]; then ssh-keygen -q -t "$t" "$@" -C "$c" -N '' -f "$f" </dev/null
else
  a=$(mktemp) && printf '#!/bin/sh\\nprintf "%%s\\\\n" "$sr_pass"\\n' >"$a" && chmod 0700 "$a" || exit
  sr_pass=$p SSH_ASKPASS=$a SSH_ASKPASS_REQUIRE=force setsid ssh-keygen -q -t "$t" "$@" -C "$c" -f "$f" </dev/null; rc=$?
  rm -f "$a"; [ "$rc" = 0 ] || exit "$rc"
fi && chown "$u": "$f" "$f.pub" && cat "$f.pub"`

function option(flag: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [flag, String(value)]
}
