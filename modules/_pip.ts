import { posix } from 'node:path'
import {
  type Failure,
  fail,
  type ModuleContext,
  type Probe,
  quote,
  quoteArgv,
  type ReadOnlyHost,
  Unavailable,
  UnknownState,
} from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { satisfies } from './_pep440.ts'
import { canonical, isVenv, type PipArgs, type Requirement, requirementOf } from './_pip-args.ts'
import { splitWords } from './_shlex.ts'

/** What pip of the host, or of the virtual environment, has installed. */
export interface Installed {
  readonly environment: 'there' | 'missing'
  /** By canonical name; where check mode has foreseen one, what its version must be stands for it. */
  readonly versions: ReadonlyMap<string, string>
}

export interface Pip {
  readonly task: PipArgs
  readonly installed: Installed
  readonly virtualenv: string | undefined
}

const NO_PIP = 127

export async function readPip(host: ReadOnlyHost, given: PipArgs, context: ModuleContext): Promise<Pip | Failure> {
  const [chdir, venv] = await Promise.all([
    given.chdir === undefined ? undefined : expandPath(host, given.chdir),
    given.virtualenv === undefined ? undefined : expandPath(host, given.virtualenv),
  ])
  const virtualenv = venv === undefined ? undefined : posix.join(chdir ?? '', venv)
  const task = { ...given, chdir, virtualenv }
  const [maker = ''] = splitWords(given.virtualenv_command) ?? []
  const [installed, found] = await Promise.all([
    host.probe(listProbe(task, context.env)),
    virtualenv === undefined ? undefined : host.which(maker).catch(laterMaybe),
  ])
  if (installed.environment === 'missing' && virtualenv !== undefined && found === undefined)
    return fail(`there is no ${maker} on this host`, {
      hint: isVenv(given.virtualenv_command)
        ? 'install the package python3-venv'
        : 'install the package virtualenv, or set virtualenv_command: python3 -m venv',
    })
  return { task, installed, virtualenv }
}

/** A program that a package of this very run may bring. */
function laterMaybe(error: unknown): string {
  if (error instanceof UnknownState) return 'soon'
  throw error
}

export function pipKey(task: PipArgs): string {
  return task.virtualenv ?? task.executable ?? 'system'
}

function listProbe(task: PipArgs, env: Readonly<Record<string, string>>): Probe<Installed> {
  const exports = Object.entries({ ...env, ...PIP_ENV }).map(([name, value]) => `export ${name}=${quote(value)};`)
  const list = `exec ${quoteArgv([...pipOf(task), 'list', '--format=freeze'])} 2>&1`
  const where =
    task.virtualenv === undefined
      ? `sr_has ${quote(pipOf(task)[0] ?? '')} || exit ${String(NO_PIP)}; ${list}`
      : `if [ ! -e ${quote(`${task.virtualenv}/bin/activate`)} ]; then echo missing; else ${list}; fi`
  return {
    kind: 'pip',
    key: pipKey(task),
    script: `(${exports.join(' ')} cd /; ${where})`,
    parse({ rc, text }) {
      if (rc === NO_PIP || /No module named '?pip/.test(text))
        return new Unavailable('there is no pip on this host', 'install the package python3-pip first')
      if (rc !== 0) return new Unavailable(`pip cannot tell what is installed: ${text.trim().split('\n').at(-1) ?? ''}`)
      if (text === 'missing\n') return { environment: 'missing', versions: new Map<string, string>() }
      return { environment: 'there', versions: versionsOf(text) }
    },
    fresh: () => ({ environment: task.virtualenv === undefined ? 'there' : 'missing', versions: new Map<string, string>() }),
  }
}

function versionsOf(list: string): ReadonlyMap<string, string> {
  return new Map(
    list.split('\n').flatMap((line) => {
      const [, name, version] = /^([\w.-]+)==(\S+)$/.exec(line) ?? []
      return name === undefined || version === undefined ? [] : [[canonical(name), version] as const]
    }),
  )
}

export const PIP_ENV: Readonly<Record<string, string>> = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', LC_ALL: 'C.UTF-8' }

/** How pip is called. */
export function pipOf(task: PipArgs): readonly string[] {
  if (task.virtualenv !== undefined) return [`${task.virtualenv}/bin/python`, '-m', 'pip']
  return task.executable === undefined ? ['python3', '-m', 'pip'] : [task.executable]
}

/** What pip itself must decide: files, URLs, requirements of others, and what is not there yet in the newest version. */
export function wanted(task: PipArgs): readonly Requirement[] | undefined {
  const requirements = (task.name ?? []).map((name) => requirementOf(name, task.version))
  if (task.name === undefined || task.editable || RISKY.test(` ${task.extra_args} `)) return undefined
  const known = requirements.filter((requirement) => requirement !== undefined)
  return known.length === requirements.length ? known : undefined
}

/** Arguments that make pip do more than to install what is missing. */
const RISKY =
  /\s(-[a-zA-Z]*[reUIct]|--(requirement|editable|upgrade|force-reinstall|ignore-installed|constraint|target|prefix|root|user))(=\S*)?\s/

/** Is the package there as it is wanted? Undefined where only pip can tell. */
export function isPresent({ versions }: Installed, requirement: Requirement): boolean | undefined {
  const version = versions.get(requirement.name)
  if (version === undefined) return false
  if (requirement.extras) return undefined
  if (/^\d/.test(version)) return satisfies(version, requirement.specifiers)
  return version === requirement.specifiers || requirement.specifiers === '' ? true : undefined
}
