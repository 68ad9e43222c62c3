import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { main } from '../../runner/cli/main.ts'
import { type Sshd, startSshd } from '../_harness/sshd.ts'
import { type TestIo, testIo } from './_io.ts'

/**
 * What a user sees, and what is left on the host, when a whole run meets each of the usual mishaps: over a real sshd, from
 * the command line to the exit code.
 */

const isRoot = userInfo().uid === 0
const asRoot = isRoot ? test : test.skip
const note = isRoot ? '' : ' (NOT RUN: needs root)'

const folder = mkdtempSync(join(tmpdir(), 'stackrun-errors-'))
const limited = `srw${String(process.pid)}`
let sshd: Sshd

test.before(async () => {
  sshd = await startSshd()
})

test.after.always(async () => {
  await sshd.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Finished {
  readonly code: number
  readonly io: TestIo
  readonly playbook: string
}

/** Runs a playbook in an inventory of one host, the test's sshd. */
async function play(name: string, tasks: string, vars: Readonly<Record<string, unknown>> = {}): Promise<Finished> {
  const project = join(folder, name)
  mkdirSync(project, { recursive: true })
  const playbook = join(project, 'site.yml')
  writeFileSync(playbook, `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`)
  const settings = {
    ansible_host: sshd.address,
    ansible_port: sshd.port,
    ansible_user: sshd.user,
    ansible_ssh_private_key_file: sshd.keyFile,
    stackrun_known_hosts_file: join(project, 'known_hosts'),
    ...vars,
  }
  writeFileSync(join(project, 'hosts.yml'), JSON.stringify({ all: { hosts: { web1: settings } } }))
  const io = testIo({ cwd: project, env: { ...process.env, NO_COLOR: '1' } })
  return { code: await main([playbook, '-i', join(project, 'hosts.yml')], io), io, playbook }
}

function said({ io }: Finished): string {
  return io.out() + io.err()
}

test('a wrong argument name is refused before any host is touched, at its place, with the one meant: 4', async (t) => {
  const run = await play('argument', `    - ansible.builtin.file:\n        path: ${folder}/never\n        stat: touch\n`, {
    ansible_port: 1,
  })
  t.is(run.code, 4)
  t.true(said(run).includes(`at ${run.playbook}:6:9`), said(run))
  t.regex(said(run), /stat.*did you mean 'state'/s)
  t.false(said(run).includes('PLAY'))
})

test('a bad indent is refused with file, line and column: 4', async (t) => {
  const run = await play('indent', '    - name: One\n     ansible.builtin.ping:\n')
  t.is(run.code, 4)
  t.regex(said(run), new RegExp(`${run.playbook}:5:\\d+`))
})

test('an undefined variable fails its host, with its place and what set the value that led to it: 2', async (t) => {
  const run = await play('undefined', '    - ansible.builtin.debug:\n        msg: "{{ greeting }}"\n', { greeting: 'hello {{ nmae }}' })
  t.is(run.code, 2)
  t.true(said(run).includes(`used by the task at ${run.playbook}:4:7`), said(run))
  t.regex(said(run), /'nmae' is undefined\n +at .*hosts\.yml:1:\d+/)
  t.regex(said(run), /'greeting' was set by inventory file host vars at .*hosts\.yml:1:\d+/)
})

test('a host that nothing knows is unreachable, and named: 4', async (t) => {
  const run = await play('unknown-host', '    - ansible.builtin.ping:\n', { ansible_host: 'no-such-host.invalid' })
  t.is(run.code, 4)
  t.regex(said(run), /no-such-host\.invalid/)
  t.regex(run.io.out(), /web1 .*unreachable=1/)
})

test('a host key that changed is refused, with both fingerprints and the line of known_hosts: 4', async (t) => {
  const project = join(folder, 'host-key')
  mkdirSync(project)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(project, 'other')])
  const other = readFileSync(join(project, 'other.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(join(project, 'known_hosts'), `[${sshd.address}]:${String(sshd.port)} ${other}\n`)
  const run = await play('host-key', '    - ansible.builtin.ping:\n')
  t.is(run.code, 4)
  t.is(new Set(said(run).match(/SHA256:[\w+/]{43}/g)).size, 2, said(run))
  t.true(said(run).includes(`${project}/known_hosts:1`), said(run))
})

asRoot(`a wrong become password fails the task, says so, and is not shown: 2${note}`, async (t) => {
  const sudoers = `/etc/sudoers.d/stackrun-test-${limited}`
  execFileSync('useradd', ['-m', '-s', '/bin/sh', limited])
  t.teardown(() => {
    rmSync(sudoers, { force: true })
    execFileSync('userdel', ['-r', limited], { stdio: 'ignore' })
  })
  execFileSync('chpasswd', { input: `${limited}:right-one\n` })
  writeFileSync(sudoers, `${limited} ALL=(ALL:ALL) ALL\n`, { mode: 0o440 })
  const target = join(folder, 'became')
  const run = await play('become', `    - ansible.builtin.copy:\n        content: x\n        dest: ${target}\n      become: true\n`, {
    ansible_user: limited,
    ansible_become_password: 'wrong-one',
  })
  t.is(run.code, 2)
  t.regex(said(run), /incorrect.*password|password.*(refused|wrong|incorrect)/i)
  t.false(said(run).includes('wrong-one'))
  t.false(existsSync(target))
})

asRoot(`a full disk is named, and the old file stays whole: 2${note}`, async (t) => {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
  t.teardown(() => {
    execFileSync('umount', [disk])
  })
  writeFileSync(join(disk, 'old'), Buffer.alloc(200_000))
  mkdirSync(join(folder, 'full-disk/files'), { recursive: true })
  writeFileSync(join(folder, 'full-disk/files/new'), Buffer.alloc(150_000, 1))
  const run = await play('full-disk', `    - ansible.builtin.copy:\n        src: new\n        dest: ${disk}/old\n`)
  t.is(run.code, 2, said(run))
  t.regex(said(run), /No space left on device/)
  t.true(said(run).includes(`${run.playbook}:4:`), said(run))
  t.deepEqual([readdirSync(disk), statSync(join(disk, 'old')).size], [['old'], 200_000])
})

test('a host that dies in mid-task is unreachable, the task of unknown fate is named, and nothing is run twice: 4', async (t) => {
  const project = join(folder, 'killed')
  const started = join(project, 'started')
  const own = await startSshd() // its connections are killed, and nobody else's
  t.teardown(() => own.stop())
  const tasks = [
    '    - name: Grow the disk',
    '      ansible.builtin.shell: |',
    `        echo once >> ${started}`,
    '        sleep 20',
    '    - name: Never reached',
    `      ansible.builtin.command: touch ${project}/reached`,
  ]
  const vars = { ansible_port: own.port, ansible_ssh_private_key_file: own.keyFile }
  const running = play('killed', `${tasks.join('\n')}\n`, vars)
  while (!existsSync(started)) await sleep(20)
  killConnections(own.pid)
  const run = await running
  t.is(run.code, 4)
  t.regex(said(run), /Grow the disk/)
  t.regex(said(run), /not known|unknown|may have/)
  t.regex(run.io.out(), /web1 .*unreachable=1/)
  t.is(readFileSync(started, 'utf8'), 'once\n')
  t.false(existsSync(join(project, 'reached')))
})

/** Kills the processes that sshd has for its connections, as a power cut would. */
function killConnections(server: number): void {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server)], { encoding: 'utf8' })
  for (const pid of children.trim().split(/\s+/)) process.kill(Number(pid), 'SIGKILL')
}
