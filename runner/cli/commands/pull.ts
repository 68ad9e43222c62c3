import { accessSync, constants, existsSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunnerError } from '../../base/error.ts'
import { parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { commandHelp } from '../overview.ts'
import { PULL_OPTIONS, type PullArguments, type PullChoices, playbookLine, pullChoices, repositoryLine } from '../pull-options.ts'
import { warnLine } from '../warn-line.ts'
import { adhocCommand } from './adhoc.ts'
import { playbookCommand } from './playbook.ts'

/** `run pull -U URL`: fetches a repository of playbooks and runs one of them on this machine. */
export async function pullCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(PULL_OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(commandHelp('pull', io, PULL_OPTIONS))
    return EXIT.ok
  }
  const choices = pullChoices(args, io)
  io.stdout.write(`Starting Ansible Pull at ${localTime(new Date())}\n${[io.tool ?? 'run pull', ...argv].join(' ')}\n`)
  await nap(choices, io)
  const fetched = await fetchRepository(args, choices, io)
  if (fetched.code !== EXIT.ok) {
    if (!choices.force) return fetched.code
    warnLine(io, 'Unable to update repository. Continuing with (forced) run of playbook.')
  } else if (choices.onlyIfChanged && !fetched.changed) {
    io.stdout.write('Repository has not changed, quitting\n')
    return EXIT.ok
  }
  return runPlaybooks(args, choices, io)
}

/** So that a thousand machines do not ask the server at the same moment. */
async function nap({ sleep: seconds }: PullChoices, io: Io): Promise<void> {
  if (seconds === 0) return
  io.stdout.write(`Sleeping for ${String(seconds)} seconds...\n`)
  await sleep(seconds * 1000, undefined, { signal: io.signal })
}

async function fetchRepository(
  args: PullArguments,
  choices: PullChoices,
  io: Io,
): Promise<{ readonly code: number; readonly changed: boolean }> {
  let said = ''
  const stdout = {
    ...io.stdout,
    write(text: string) {
      said += text
      return io.stdout.write(text)
    },
  }
  const code = await adhocCommand(repositoryLine(args, choices, io), { ...io, tool: 'ansible', stdout })
  return { code, changed: /"changed": true|changed: true|\| CHANGED =>/i.test(said) }
}

async function runPlaybooks(args: PullArguments, choices: PullChoices, io: Io): Promise<number> {
  const playbooks = playbooksIn(choices, io)
  if (playbooks === undefined) throw new RunnerError('options', 'Could not find a playbook to run.')
  try {
    return await playbookCommand(playbookLine(args, playbooks, io), { ...io, cwd: choices.directory })
  } finally {
    if (choices.purge) rmSync(choices.directory, { recursive: true, force: true })
  }
}

/** Those that are named, or else the one of this machine: by its names, `local.yml`. */
function playbooksIn({ directory, playbooks }: PullChoices, io: Io): readonly string[] | undefined {
  const named = playbooks.map((name) => resolve(directory, name))
  const short = hostname().split('.')[0] ?? ''
  const usual = [`${hostname()}.yml`, `${short}.yml`, 'local.yml'].map((name) => join(directory, name))
  const wanted = named.length > 0 ? named : usual
  const missing = wanted.map((path) => [path, problemOf(path)] as const).filter(([, problem]) => problem !== undefined)
  const found = wanted.filter((path) => problemOf(path) === undefined)
  if (named.length > 0 ? missing.length === 0 : found.length > 0) return named.length > 0 ? named : found.slice(0, 1)
  warnLine(io, missing.map(([path, problem]) => `${path}: ${problem ?? ''}`).join('\n'))
  return undefined
}

function problemOf(path: string): string | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return 'File does not exist'
  try {
    accessSync(path, constants.R_OK)
    return undefined
  } catch {
    return 'File is not readable'
  }
}

/** `2026-03-04 05:06:07` */
function localTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('-')
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`
}
