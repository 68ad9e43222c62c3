import { type Change, resource, type Secret } from '../runner/module/index.ts'
import { authCall, binary, erlangRun } from './_rabbitmq.ts'
import type { Permission, RabbitmqUser, RabbitmqUserArguments, TopicPermission } from './_rabbitmq-user.ts'

/** A step of a plan: what it is, and the calls that do it. */
interface Step {
  readonly what: string
  readonly calls: readonly string[]
}

const NOBODY: RabbitmqUser = { tags: [], permissions: [], topics: [] }

/** All of a user's changes are one run of `rabbitmqctl`. */
export function planRabbitmqUser(user: RabbitmqUser | 'none', task: RabbitmqUserArguments): readonly Change[] {
  const steps = stepsFor(user, task)
  if (steps.length === 0) return []
  const after = task.state === 'absent' ? 'none' : wantedUser(user, task)
  return [
    {
      what: `RabbitMQ user ${task.user}: ${steps.map((step) => step.what).join(', ')}`,
      actions: [erlangRun(task.node, [`U = ${binary(task.user)}`, ...steps.flatMap((step) => step.calls)])],
      effects: [resource('rabbitmq_user', task.user, after)],
      diff: { beforeName: task.user, afterName: task.user, before: shown(user), after: shown(after) },
    },
  ]
}

function stepsFor(user: RabbitmqUser | 'none', task: RabbitmqUserArguments): readonly Step[] {
  const deletion: Step = { what: 'delete', calls: [authCall('delete_user', ['U'])] }
  if (task.state === 'absent') return user === 'none' ? [] : [deletion]
  const old = task.force || user === 'none' ? NOBODY : user
  return [
    ...(task.force && user !== 'none' ? [deletion] : []),
    ...(old === NOBODY ? [creation(task.password)] : passwordStep(old, task)),
    ...tagStep(old, task),
    ...permissionSteps(old, task),
    ...topicSteps(old, task),
  ]
}

/** A user needs a password to come into being; one that nobody knows is taken away again. */
function creation(password: Secret | undefined): Step {
  if (password !== undefined) return { what: 'create', calls: [authCall('add_user', ['U', binary(password.reveal())])] }
  const random = 'base64:encode(crypto:strong_rand_bytes(24))'
  return { what: 'create', calls: [authCall('add_user', ['U', random]), authCall('clear_password', ['U'])] }
}

function passwordStep(user: RabbitmqUser, task: RabbitmqUserArguments): readonly Step[] {
  const { password } = task
  if (password === undefined || task.update_password !== 'always') return []
  const right = user.password === undefined ? user.authenticates === true : user.password.reveal() === password.reveal()
  return right ? [] : [{ what: 'set the password', calls: [authCall('change_password', ['U', binary(password.reveal())])] }]
}

function tagStep(user: RabbitmqUser, task: RabbitmqUserArguments): readonly Step[] {
  if (sameSet(user.tags, task.tags)) return []
  const list = task.tags.map((tag) => `binary_to_atom(${binary(tag)}, utf8)`)
  return [{ what: `set tags ${task.tags.join(', ') || 'to none'}`, calls: [authCall('set_tags', ['U', `[${list.join(', ')}]`])] }]
}

function permissionSteps(user: RabbitmqUser, task: RabbitmqUserArguments): readonly Step[] {
  const wanted = wantedPermissions(task)
  const superfluous =
    task.permissions.length === 0 ? [] : user.permissions.filter(({ vhost }) => wanted.every((one) => one.vhost !== vhost))
  const same = (one: Permission, other: Permission): boolean => permissionText(one) === permissionText(other)
  return [
    ...wanted
      .filter((one) => !user.permissions.some((other) => same(one, other)))
      .map((one) => ({
        what: `grant permissions on ${one.vhost}`,
        calls: [authCall('set_permissions', ['U', ...[one.vhost, one.configure, one.write, one.read].map(binary)])],
      })),
    ...superfluous.map(({ vhost }) => ({
      what: `take permissions on ${vhost} away`,
      calls: [authCall('clear_permissions', ['U', binary(vhost)])],
    })),
  ]
}

function topicSteps(user: RabbitmqUser, task: RabbitmqUserArguments): readonly Step[] {
  const wanted = wantedTopics(task)
  const place = ({ vhost, exchange }: TopicPermission): string => JSON.stringify([vhost, exchange])
  const superfluous = user.topics.filter((one) => wanted.every((other) => place(one) !== place(other)))
  return [
    ...wanted
      .filter((one) => !user.topics.some((other) => topicText(one) === topicText(other)))
      .map((one) => ({
        what: `grant topic permissions on ${one.exchange} in ${one.vhost}`,
        calls: [authCall('set_topic_permissions', ['U', ...[one.vhost, one.exchange, one.write, one.read].map(binary)])],
      })),
    ...superfluous.map(({ vhost, exchange }) => ({
      what: `take topic permissions on ${exchange} in ${vhost} away`,
      calls: [authCall('clear_topic_permissions', ['U', binary(vhost), binary(exchange)])],
    })),
  ]
}

function wantedPermissions(task: RabbitmqUserArguments): readonly Permission[] {
  const given = task.permissions.length > 0 ? task.permissions : [task]
  return given.map(({ vhost, configure_priv, write_priv, read_priv }) => ({
    vhost,
    configure: configure_priv,
    write: write_priv,
    read: read_priv,
  }))
}

function wantedTopics(task: RabbitmqUserArguments): readonly TopicPermission[] {
  return task.topic_permissions.map(({ vhost, exchange, write_priv, read_priv }) => ({
    vhost,
    exchange,
    write: write_priv,
    read: read_priv,
  }))
}

function wantedUser(user: RabbitmqUser | 'none', task: RabbitmqUserArguments): RabbitmqUser {
  const wanted = wantedPermissions(task)
  const kept = task.permissions.length > 0 || task.force ? [] : user === 'none' ? [] : user.permissions
  const others = kept.filter(({ vhost }) => wanted.every((one) => one.vhost !== vhost))
  const set = user === 'none' || task.force || task.update_password === 'always'
  return {
    tags: task.tags,
    permissions: [...others, ...wanted],
    topics: wantedTopics(task),
    authenticates: user === 'none' ? undefined : user.authenticates,
    password: set ? task.password : user.password,
  }
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return [...new Set(one)].sort().join('\n') === [...new Set(other)].sort().join('\n')
}

function permissionText({ vhost, configure, write, read }: Permission): string {
  return `permissions ${vhost}: configure ${configure} write ${write} read ${read}\n`
}

function topicText({ vhost, exchange, write, read }: TopicPermission): string {
  return `topic permissions ${vhost} ${exchange}: write ${write} read ${read}\n`
}

function shown(user: RabbitmqUser | 'none'): string {
  if (user === 'none') return ''
  const lines = [...user.permissions.map(permissionText), ...user.topics.map(topicText)].sort()
  return [`tags: ${[...user.tags].sort().join(', ')}\n`, ...lines].join('')
}
