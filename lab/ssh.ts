import { spawn } from 'node:child_process'
import { RunnerError } from '../runner/base/error.ts'
import { isUp } from './host.ts'
import type { Lab, LabHost } from './lab.ts'

/** A login on a host, or a command there, on this process's own terminal; gives ssh's exit code. */
export async function sshTo(lab: Lab, host: LabHost & { readonly user: string }, command: readonly string[]): Promise<number> {
  if (!(await isUp(host))) throw new RunnerError('lab', `the lab host ${host.name} is not up`, { hint: `run lab up ${host.name}` })
  return new Promise((done, fail) => {
    const child = spawn('ssh', sshArguments(lab, host, command), { stdio: 'inherit' })
    child.once('error', (cause) => {
      fail(new RunnerError('lab', `ssh: ${cause.message}`, { cause }))
    })
    child.once('close', (code) => {
      done(code ?? 255)
    })
  })
}

function sshArguments(lab: Lab, host: LabHost & { readonly user: string }, command: readonly string[]): readonly string[] {
  const options = [
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${lab.paths.knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
  ]
  return ['-F', 'none', '-i', lab.paths.key, ...options.flatMap((option) => ['-o', option]), '-l', host.user, host.address, ...command]
}
