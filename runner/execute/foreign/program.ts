import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Secret, type Value } from '../../base/value.ts'
import type { Action, WriteAction } from '../../module/change.ts'
import { ARGUMENTS_MARK } from '../../module/foreign.ts'
import type { ForeignModule } from '../../module/registry.ts'
import { type RenderedArgs } from '../render-args.ts'
import type { TaskRun } from '../task-run.ts'
import { argumentText } from './arguments.ts'

/** Puts the program on the host, runs it with its arguments, and takes both away. */
export function programActions(task: TaskRun, foreign: ForeignModule, rendered: RenderedArgs): readonly Action[] {
  const text = argumentText(task, rendered, foreign.protocol === 'key-value' ? 'key-value' : 'json')
  const path = `/tmp/.stackrun-${randomBytes(12).toString('hex')}`
  const words = interpreterWords(task, foreign)
  return [
    { do: 'write', path, content: contentOf(foreign, text), mode: 0o700, link: 'replace' },
    {
      do: 'run',
      id: ANSWER,
      argv: ['/bin/sh', '-c', RUN, 'sh', path, basename(foreign.file), foreign.protocol === 'inserted' ? '' : 'args', ...words],
      stdin: text,
      okCodes: 'any',
      purpose: `run the module ${task.step.actionKey.name}`,
    },
  ]
}

/** The outcome with the program's answer. */
export const ANSWER = 'module'

function contentOf({ file, protocol }: ForeignModule, text: Secret): WriteAction['content'] {
  if (protocol !== 'inserted') return { local: file }
  return new Secret(readFileSync(file, 'utf8').replaceAll(ARGUMENTS_MARK, () => text.reveal()))
}

/** The program lies in a folder of its own while it runs: it may look for its arguments beside itself. */
const RUN = `umask 077
file=$1 name=$2 args=$3; shift 3
dir=
trap 'rm -rf -- "$file" \${dir:+"$dir"}' EXIT
trap 'exit 129' HUP INT TERM
dir=$(mktemp -d "\${TMPDIR:-/tmp}/stackrun.XXXXXXXX") && mv -- "$file" "$dir/$name" && cat >"$dir/args" || exit 1
[ -n "$args" ] || rm -f -- "$dir/args"
if [ "\${1-}" = python ]; then
  shift
  for python in python3 /usr/bin/python3 python; do command -v "$python" >/dev/null && break; done
  set -- "$python" "$@"
fi
"$@" "$dir/$name" \${args:+"$dir/$args"} </dev/null`

/**
 * What runs it: its \`#!\` line, with another program where \`ansible_NAME_interpreter\` says so. \`python\` alone is looked for on the
 * host, for there is none of that name on many.
 */
function interpreterWords(task: TaskRun, { interpreter: [program, ...words] }: ForeignModule): readonly string[] {
  if (program === undefined) return []
  const name = basename(program)
  const set = variable(task, `ansible_${name}_interpreter`)
  if (set !== undefined && !/^auto/.test(set)) return [set, ...words]
  return [name === 'python' ? 'python' : program, ...words]
}

function variable(task: TaskRun, name: string): string | undefined {
  const binding = task.scope.get(name)
  const value: Value | undefined = binding === undefined ? undefined : task.play.run.options.engine.render(binding.value, task.scope)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
