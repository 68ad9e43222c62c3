import {
  type Change,
  defineModule,
  directoryCreated,
  type Effect,
  type Failure,
  fail,
  fileWritten,
  type Outcome,
  resource,
  z,
} from '../runner/module/index.ts'
import { outputResult } from './_command.ts'
import { type Installed, isPresent, PIP_ENV, type Pip, pipKey, pipOf, readPip, wanted } from './_pip.ts'
import { isVenv, type PipArgs, pipSchema, requirementOf } from './_pip-args.ts'
import { splitWords } from './_shlex.ts'

/** A package of our own to install, for the examples: no index is asked. */
const PROJECT = `- apt:
    name: [python3-pip, python3-venv, python3-setuptools, python3-wheel]
    update_cache: true
    install_recommends: false
- shell:
    cmd: |-
      mkdir -p /srv/pip/lab-greeting && cd /srv/pip/lab-greeting && echo 'def greet(): return 1' >lab_greeting.py
      printf 'from setuptools import setup\\nsetup(name="lab-greeting", version="1.2", py_modules=["lab_greeting"])\\n' >setup.py
      python3 -m pip wheel -q --no-index --no-build-isolation --no-deps -w /srv/pip/wheels .
    creates: /srv/pip/wheels
`

export default defineModule<PipArgs, Pip>({
  name: 'pip',
  summary: 'Install and remove Python packages.',
  description: [
    'What is installed is asked of pip (`pip list`); where every package is there in a version that is wanted, pip is not run.',
    'Of files, folders, URLs, requirements files, extras and `state: latest` only pip can tell whether anything is to be done: it runs each time, and check mode does not know.',
    'The host needs Python and pip.',
  ].join(' '),
  args: pipSchema,
  returns: z.object({
    name: z.array(z.string()).optional(),
    version: z.string().nullable().optional(),
    requirements: z.string().nullable().optional(),
    virtualenv: z.string().nullable().optional(),
    state: z.string(),
    cmd: z.array(z.string()),
    stdout: z.string(),
    stderr: z.string(),
  }),
  examples: [
    {
      name: 'A package of a folder of wheels, in an environment',
      yaml: 'pip:\n  name: lab-greeting>=1.0,<2\n  virtualenv: /opt/pip-lab\n  virtualenv_command: python3 -m venv\n  extra_args: --no-index --find-links /srv/pip/wheels\n',
      lab: { first: 'changed', before: PROJECT },
    },
    {
      name: "A version, for the system's Python",
      yaml: 'pip:\n  name: lab-greeting\n  version: "1.2"\n  extra_args: --no-index --find-links /srv/pip/wheels\n  break_system_packages: true\n',
      lab: { first: 'changed', before: PROJECT },
    },
    {
      name: 'Not any more',
      yaml: 'pip:\n  name: lab-greeting\n  state: absent\n  break_system_packages: true\n',
      lab: { first: 'changed', before: PROJECT },
    },
  ],
  check: readPip,
  plan,
  result,
})

function plan(pip: Pip): readonly Change[] {
  const { task, installed } = pip
  const { state } = task
  const fresh = installed.environment === 'missing' ? [environmentChange(pip)] : []
  const packages = wanted(task)
  if (packages === undefined || state === 'latest') return [...fresh, runChange(pip, state === 'absent' ? 'remove' : 'install', 'maybe')]
  if (state === 'forcereinstall') return [...fresh, runChange(pip, 'install', 'change')]
  const there = packages.map((requirement) => isPresent(installed, requirement))
  if (state === 'absent') return there.every((is) => is === false) ? fresh : [...fresh, runChange(pip, 'remove', 'change')]
  if (there.every((is) => is === true)) return fresh
  return [...fresh, runChange(pip, 'install', there.includes(false) ? 'change' : 'maybe')]
}

function environmentChange({ task }: Pip): Change {
  const venv = task.virtualenv ?? ''
  const python = task.virtualenv_python === undefined || isVenv(task.virtualenv_command) ? [] : [`-p${task.virtualenv_python}`]
  const argv = [
    ...(splitWords(task.virtualenv_command) ?? []),
    ...(task.virtualenv_site_packages ? ['--system-site-packages'] : []),
    ...python,
    venv,
  ]
  return {
    what: `make the virtual environment ${venv}`,
    actions: [{ do: 'run', id: 'virtualenv', argv, cwd: task.chdir, umask: umaskOf(task) }],
    effects: [
      directoryCreated(venv),
      fileWritten(`${venv}/bin/activate`),
      resource('pip', pipKey(task), { environment: 'there', versions: new Map<string, string>() } satisfies Installed),
    ],
  }
}

const FLAGS = {
  present: ['install'],
  latest: ['install', '-U'],
  forcereinstall: ['install', '-U', '--force-reinstall'],
  absent: ['uninstall', '-y'],
} as const

function runChange(pip: Pip, how: 'install' | 'remove', certainty: 'change' | 'maybe'): Change {
  const { task } = pip
  const things = task.name === undefined ? [task.requirements ?? ''] : task.name
  const byList = task.requirements !== undefined || things.some((name) => /^(svn|git|hg|bzr)\+/.test(name))
  const path = task.virtualenv === undefined ? {} : { SR_VENV: `${task.virtualenv}/bin` }
  return {
    what: `${how} ${things.join(', ')}${task.version === undefined ? '' : ` ${task.version}`} ${how === 'install' ? 'with' : 'by'} pip${task.virtualenv === undefined ? '' : ` in ${task.virtualenv}`}`,
    actions: [
      {
        do: 'run',
        id: 'pip',
        argv: ['sh', '-c', RUN, 'pip', byList ? 'list' : '', String(pipOf(task).length), ...commandOf(task)],
        env: { ...PIP_ENV, ...path, ...(task.break_system_packages ? { PIP_BREAK_SYSTEM_PACKAGES: '1' } : {}) },
        okCodes: 'any',
        cwd: task.chdir ?? '/tmp',
        umask: umaskOf(task),
      },
    ],
    certainty,
    why: certainty === 'maybe' ? 'only pip knows whether that is installed' : undefined,
    unchangedIf: { id: 'pip', stdout: `^${NOTHING}$` },
    effects: effectsOf(pip, how),
  }
}

function commandOf(task: PipArgs): readonly string[] {
  const extra = splitWords(task.extra_args) ?? []
  const editable = task.editable && !extra.includes('-e') ? ['-e'] : []
  const names = (task.name ?? []).map((name) => requirementOf(name, task.version)?.text ?? name)
  return [
    ...pipOf(task),
    ...FLAGS[task.state],
    ...extra,
    ...editable,
    ...(task.name === undefined ? ['-r', task.requirements ?? ''] : names),
  ]
}

function umaskOf(task: PipArgs): number | undefined {
  return task.umask === undefined ? undefined : Number.parseInt(task.umask.replace('o', ''), 8)
}

function effectsOf({ task, installed }: Pip, how: 'install' | 'remove'): readonly Effect[] {
  const packages = wanted(task)
  if (packages === undefined) return []
  const versions = new Map(installed.versions)
  for (const { name, specifiers } of packages) {
    if (how === 'remove') versions.delete(name)
    else versions.set(name, /^==\s*([^*,\s]+)$/.exec(specifiers)?.[1] ?? specifiers)
  }
  return [resource('pip', pipKey(task), { environment: 'there', versions } satisfies Installed)]
}

const NOTHING = 'stackrun: nothing was to be done'

/** Says when pip did nothing: by its own words, or where it installs what others list by comparing what there was before and after. */
const RUN = `how=$1 count=$2; shift 2
[ -z "$SR_VENV" ] || PATH=$SR_VENV:$PATH
case $count in 1) list() { "$pip" list --format=freeze; }; pip=$1 ;; *) list() { "$pip" -m pip list --format=freeze; }; pip=$1 ;; esac
[ -z "$how" ] || before=$(list 2>/dev/null)
out=$("$@" </dev/null); rc=$?
printf '%s\\n' "$out"
if [ $rc != 0 ]; then exit $rc; fi
if [ -n "$how" ]; then [ "$before" != "$(list 2>/dev/null)" ] || echo '${NOTHING}'
else case $out in *'Successfully installed'*|*'Successfully uninstalled'*) ;; *) echo '${NOTHING}' ;; esac; fi`

function result({ task, virtualenv }: Pip, _given: PipArgs, outcomes: readonly Outcome[]): Readonly<Record<string, unknown>> | Failure {
  const failed = outcomes.find(({ rc }) => rc !== 0)
  const text = (which: 'stdout' | 'stderr'): string => outcomes.map((outcome) => outcome[which].replace(`${NOTHING}\n`, '')).join('')
  const data = {
    cmd: commandOf(task),
    name: task.name ?? null,
    version: task.version ?? null,
    requirements: task.requirements ?? null,
    state: task.state,
    virtualenv: virtualenv ?? null,
    ...outputResult(text('stdout'), text('stderr')),
  }
  if (failed === undefined) return data
  const managed = /externally-managed-environment/.test(failed.stderr)
  const said =
    failed.stderr
      .trim()
      .split('\n')
      .findLast((line) => /error/i.test(line)) ?? failed.stderr.trim()
  return fail(managed ? "this host's Python is managed by its distribution (PEP 668)" : said, {
    data: { changed: false, ...data },
    ...(managed ? { hint: 'set break_system_packages: true, or give a virtualenv' } : {}),
  })
}
