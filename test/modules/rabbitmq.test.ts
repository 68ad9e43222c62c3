import test from 'ava'
import rabbitmqUser from '../../modules/rabbitmq_user.ts'
import rabbitmqVhost from '../../modules/rabbitmq_vhost.ts'
import { packageInstalled } from '../../runner/host/effects.ts'
import { createPredictedHost } from '../../runner/host/predicted.ts'
import { Prediction } from '../../runner/host/prediction.ts'
import { ProbeUnavailable } from '../../runner/host/probe.ts'
import { Failure, type RunAction } from '../../runner/module/change.ts'
import { fixtureHost } from '../_harness/fixture-host.ts'
import { moduleContext, parseArgs, planWith } from '../_harness/module.ts'

const ALL = { configure: '.*', write: '.*', read: '.*' }
const MAY_ALL = { configure_priv: '.*', write_priv: '.*', read_priv: '.*' }

/** What a server answers: the JSON in Base64 between what the shell of Erlang prints. */
function answer(json: unknown): { readonly stdout: string } {
  return { stdout: `JSON ${Buffer.from(JSON.stringify(json)).toString('base64')}\nok\n` }
}

interface Server {
  readonly found?: readonly { readonly tags: readonly string[] }[]
  readonly permissions?: readonly unknown[]
  readonly topics?: readonly unknown[]
  readonly login?: boolean
}

async function decide(args: Readonly<Record<string, unknown>>, server: Server = {}): Promise<{ whats: readonly string[]; code: string }> {
  const state = { found: [], permissions: [], topics: [], login: null, ...server }
  const host = fixtureHost({ probes: { 'rabbitmq_user joe': answer(state) } })
  const planned = await planWith(host, rabbitmqUser, { args: parseArgs(rabbitmqUser, { user: 'joe', ...args }), context: moduleContext() })
  if (planned instanceof Failure || planned instanceof Error) throw new Error(JSON.stringify(planned))
  const runs = planned.changes.flatMap((change) => change.actions).filter((action): action is RunAction => action.do === 'run')
  return { whats: planned.changes.map((change) => change.what), code: runs.map(({ stdin }) => revealed(stdin)).join('\n') }
}

function revealed(stdin: RunAction['stdin']): string {
  return stdin === undefined || typeof stdin === 'string' ? (stdin ?? '') : stdin.reveal()
}

test('a new user: everything in one run', async (t) => {
  const { whats, code } = await decide({ password: 'pw', tags: 'monitoring,management', permissions: [{ vhost: '/', ...MAY_ALL }] })
  t.deepEqual(whats, ['RabbitMQ user joe: create, set tags monitoring, management, grant permissions on /'])
  t.true(code.includes('add_user(U, <<112,119>>,'))
})

test('a user in order is left alone', async (t) => {
  const server = { found: [{ tags: ['management', 'monitoring'] }], permissions: [{ vhost: '/', ...ALL }], login: true }
  const task = { password: 'pw', update_password: 'always', tags: ['monitoring', 'management'], ...MAY_ALL }
  t.deepEqual((await decide(task, server)).whats, [])
  t.deepEqual((await decide({ ...task, update_password: 'on_create' }, { ...server, login: false })).whats, [])
  t.deepEqual((await decide(task, { ...server, login: false })).whats, ['RabbitMQ user joe: set the password'])
})

test('permissions on one virtual host leave the others; a list is all there are', async (t) => {
  const server = { found: [{ tags: [] }], permissions: [{ vhost: '/other', ...ALL }] }
  t.deepEqual((await decide({ vhost: '/', ...MAY_ALL }, server)).whats, ['RabbitMQ user joe: grant permissions on /'])
  t.deepEqual((await decide({ permissions: [{ vhost: '/', ...MAY_ALL }] }, server)).whats, [
    'RabbitMQ user joe: grant permissions on /, take permissions on /other away',
  ])
})

test('topic permissions that are not named go', async (t) => {
  const topics = [{ vhost: '/', exchange: 'amq.topic', write: 'w', read: 'r' }]
  const server = { found: [{ tags: [] }], permissions: [{ vhost: '/', configure: '^$', write: '^$', read: '^$' }], topics }
  t.deepEqual((await decide({}, server)).whats, ['RabbitMQ user joe: take topic permissions on amq.topic in / away'])
  t.deepEqual((await decide({ topic_permissions: [{ write_priv: 'w', read_priv: 'r' }] }, server)).whats, [])
})

test('force makes the user anew; without a password nobody knows the one that it gets', async (t) => {
  const { whats, code } = await decide({ force: true }, { found: [{ tags: ['administrator'] }] })
  t.deepEqual(whats, ['RabbitMQ user joe: delete, create, grant permissions on /'])
  t.true(code.includes('strong_rand_bytes') && code.includes('clear_password(U,'))
})

test('check mode: a server that is still to come has its guest and nobody else', async (t) => {
  const down = { rc: 69, stderr: 'Error: unable to perform an operation on node rabbit@one\n' }
  const real = fixtureHost({ probes: { 'rabbitmq_user guest': down, 'rabbitmq_user joe': down, 'rabbitmq_vhost /v': down } })
  const prediction = new Prediction()
  const host = createPredictedHost(real, prediction)
  const plan = async (user: string, more: Readonly<Record<string, unknown>> = {}) => {
    const planned = await planWith(host, rabbitmqUser, { args: parseArgs(rabbitmqUser, { user, ...more }), context: moduleContext() })
    if (planned instanceof Failure || planned instanceof Error) throw new Error(JSON.stringify(planned))
    prediction.apply(planned.changes.flatMap((change) => change.effects ?? []))
    return planned.changes.length
  }
  await t.throwsAsync(plan('joe'), { instanceOf: ProbeUnavailable })
  prediction.apply([packageInstalled('rabbitmq-server')])
  t.is(await plan('guest', { state: 'absent' }), 1)
  t.is(await plan('guest', { state: 'absent' }), 0)
  const joe = { password: 'pw', update_password: 'always' }
  t.is(await plan('joe', joe), 1)
  t.is(await plan('joe', joe), 0)
  t.is(await plan('joe', { ...joe, password: 'other' }), 1)
  const vhost = await planWith(host, rabbitmqVhost, { args: parseArgs(rabbitmqVhost, { name: '/v' }), context: moduleContext() })
  t.true('changes' in vhost && vhost.changes.length === 1)
})
