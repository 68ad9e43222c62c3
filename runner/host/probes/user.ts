import { quote } from '../../base/quote.ts'
import type { GroupState, UserState } from '../host.ts'
import type { Probe, ProbeAnswer } from '../probe.ts'

/** An account with its groups; its password hash where the session may read it. */
export function userProbe(name: string): Probe<UserState> {
  const word = quote(name)
  return {
    kind: 'user',
    key: name,
    script: `sr_getent passwd ${word} && { id -Gn -- ${word} || printf '\\n'; sr_colon ${word} /etc/shadow || :; }`,
    parse: parseUser,
  }
}

/** A group with the members that it lists (those whose primary group it is are not among them). */
export function groupProbe(name: string): Probe<GroupState> {
  return {
    kind: 'group',
    key: name,
    script: `sr_getent group ${quote(name)}`,
    parse: (answer) => {
      const [found, , gid, members = ''] = (answer.text.split('\n')[0] ?? '').split(':')
      if (answer.rc !== 0 || found === undefined || gid === undefined) return { exists: false }
      return { exists: true, name: found, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }
    },
  }
}

function parseUser(answer: ProbeAnswer): UserState {
  const [entry = '', groups = '', shadow] = answer.text.split('\n')
  const [name, , uid, gid, comment = '', home = '', shell = ''] = entry.split(':')
  if (answer.rc !== 0 || name === undefined || gid === undefined) return { exists: false }
  const [group = gid, ...others] = groups.split(' ').filter((word) => word !== '')
  const password = shadow?.split(':')[1]
  return {
    exists: true,
    name,
    uid: Number(uid),
    gid: Number(gid),
    group,
    comment,
    home,
    shell,
    groups: others,
    ...(password === undefined ? {} : { password }),
  }
}
