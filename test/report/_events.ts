import { RunnerError } from '../../runner/base/error.ts'
import type { HostTally, PlayRef, RunEvent, TaskRef } from '../../runner/base/event.ts'
import type { TaskResult } from '../../runner/base/result.ts'
import type { Source } from '../../runner/base/source.ts'
import { record } from '../../runner/base/value.ts'

/** Pieces of which tests make the events of a run. */

const text = ['- name: Start the server', '  service:', '    name: mariadb', ''].join('\n')

export const place: Source = { file: { path: 'roles/mysql/tasks/main.yml', text }, line: 2, col: 3 }

export const play: PlayRef = { id: 1, name: 'Controller', source: place }

export function task(id: number, name: string, more: Partial<TaskRef> = {}): TaskRef {
  return { id, name, action: 'service', role: undefined, handler: false, tags: [], source: place, ...more }
}

export function result(status: TaskResult['status'], more: Partial<TaskResult> = {}): TaskResult {
  return { status, data: record([]), changes: [], diffs: [], ...more }
}

export function tally(more: Partial<HostTally> = {}): HostTally {
  return { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, unknown: 0, ...more }
}

export function started(ref: TaskRef, hosts: readonly string[]): RunEvent {
  return { type: 'task-start', at: 0, task: ref, hosts }
}

export function ended(ref: TaskRef, host: string, value: TaskResult, seconds = 0.1): RunEvent {
  return { type: 'host-task-result', at: 0, task: ref, host, looped: false, result: value, seconds }
}

export function item(ref: TaskRef, host: string, label: string, value: TaskResult): RunEvent {
  return { type: 'item-result', at: 0, task: ref, host, item: label, label, result: value }
}

export const failure = new RunnerError('syntax', 'Unit mariadb.service could not be found', {
  source: place,
  hint: 'is the package installed?',
})

/** A run with everything in it that a report must show. */
export function wholeRun(): readonly RunEvent[] {
  const both = ['compute', 'controller']
  const base = task(1, 'common : Install base tools', { role: 'common', action: 'apt' })
  const hosts = task(2, 'common : Write /etc/hosts', { role: 'common', action: 'template' })
  const optional = task(3, 'common : Only on Sundays', { role: 'common' })
  const users = task(4, 'mysql : Create users', { role: 'mysql', action: 'mysql_user' })
  const server = task(5, 'mysql : Start the server', { role: 'mysql' })
  const say = task(6, 'Say it', { action: 'debug' })
  const restart = task(7, 'mysql : Restart', { role: 'mysql', handler: true })
  return [
    { type: 'run-start', at: 0, playbooks: ['site.yml'], checkMode: false },
    { type: 'warning', at: 0, message: 'the group web is empty', source: place, hint: 'remove it' },
    { type: 'play-start', at: 0, play, hosts: both, lockstep: true },
    started(base, both),
    ended(base, 'compute', result('ok')),
    ended(base, 'controller', result('ok'), 2.34),
    started(hosts, both),
    ended(
      hosts,
      'controller',
      result('changed', {
        changes: ['write /etc/hosts'],
        diffs: [{ beforeName: '/etc/hosts', afterName: '/etc/hosts', before: 'a\nb\n', after: 'a\nc\n' }],
      }),
    ),
    ended(
      hosts,
      'compute',
      result('changed', {
        changes: ['write /etc/hosts'],
        diffs: [{ beforeName: '/etc/hosts', afterName: '/etc/hosts', before: 'a\nb\n', after: 'a\nc\n' }],
      }),
    ),
    started(optional, both),
    ...both.map((host) => ended(optional, host, result('skipped', { message: 'the condition is false' }))),
    started(users, ['controller']),
    item(users, 'controller', 'keystone', result('changed', { changes: ['create user keystone', 'grant ALL on keystone.*'] })),
    item(users, 'controller', 'glance', result('ok')),
    item(users, 'controller', 'nova', result('changed', { changes: ['create user nova'] })),
    {
      type: 'host-task-result',
      at: 0,
      task: users,
      host: 'controller',
      looped: true,
      result: result('changed', { changes: ['create user keystone', 'grant ALL on keystone.*', 'create user nova'] }),
      seconds: 0.4,
    },
    started(server, both),
    ended(
      server,
      'controller',
      result('failed', {
        error: failure,
        message: failure.message,
        data: record([
          ['stderr', 'Failed to start mariadb.service\n'],
          ['rc', 5],
        ]),
      }),
    ),
    ended(server, 'compute', result('ok'), 3),
    started(say, ['compute']),
    ended(say, 'compute', result('ok', { data: record([['msg', 'the password is hunter22']]) })),
    started(restart, ['compute']),
    ended(restart, 'compute', result('failed', { ignored: true, message: 'no such unit' })),
    { type: 'play-end', at: 0, play },
    {
      type: 'run-end',
      at: 0,
      hosts: {
        controller: tally({ ok: 3, changed: 2, failed: 1, skipped: 1 }),
        compute: tally({ ok: 5, changed: 1, skipped: 1, ignored: 1 }),
      },
      seconds: 75.4,
    },
  ]
}
