import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCgroup, isPopulated } from './cgroup.ts'

export interface Launch {
  /** The cgroup that will hold the program and all it starts. */
  readonly cgroup: string
  readonly argv: readonly string[]
  /** Where its output goes. */
  readonly log: string
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** A program can join a cgroup before its first instruction only by way of a shell that joins and then becomes it. */
const JOIN_THEN_BECOME = 'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs" || exit 126; shift; done; shift; exec "$@"'

/** Starts a program that outlives this process, in a session and a cgroup of its own; it is in there when this returns. */
export async function launch({ cgroup, argv, log, env }: Launch): Promise<void> {
  const folders = await createCgroup(cgroup)
  const output = await open(log, 'w', 0o644)
  try {
    const child = spawn('/bin/sh', ['-c', JOIN_THEN_BECOME, 'sh', ...folders, '--', ...argv], {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
      cwd: '/',
    })
    const gone = once(child, 'exit')
    await once(child, 'spawn')
    await Promise.race([gone, joined(cgroup)])
    child.unref()
  } finally {
    await output.close()
  }
}

async function joined(cgroup: string): Promise<void> {
  for (let attempt = 0; attempt < 1000 && !(await isPopulated(cgroup)); attempt += 1) await sleep(5)
}
