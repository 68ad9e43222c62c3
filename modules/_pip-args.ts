import { args as arg, z } from '../runner/module/index.ts'
import { splitWords } from './_shlex.ts'

/** The arguments of the module pip. */
export const pipSchema = z
  .strictObject({
    name: z
      .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string()).transform(wholeNames))
      .optional()
      .describe('Packages, each perhaps with what its version must be (`django>=4,<5`); also files, folders, and URLs.'),
    version: arg.str().optional().describe('The version of a single package.'),
    requirements: arg.str().optional().describe('A requirements file of the host, below `chdir` where it is relative.'),
    virtualenv: arg.path().optional().describe('The virtual environment that is meant; it is made where it is missing.'),
    virtualenv_command: z.string().default('virtualenv').describe('How it is made: `python3 -m venv` needs no virtualenv.'),
    virtualenv_python: arg.str().optional().describe('The Python of a new environment (virtualenv only).'),
    virtualenv_site_packages: arg.bool().default(false).describe("A new environment sees the system's packages."),
    state: z.enum(['present', 'absent', 'latest', 'forcereinstall']).default('present'),
    extra_args: z.string().default('').describe('More arguments for pip, as one writes them in a shell.'),
    editable: arg.bool().default(false).describe('Install with `-e`: the source stays where it is.'),
    chdir: arg.path().optional().describe('The folder that pip runs in.'),
    executable: arg.path().optional().describe('The pip to use instead of `python3 -m pip`.'),
    break_system_packages: arg
      .bool()
      .default(false)
      .describe("Install into the system's Python although the distribution manages it (PEP 668)."),
    umask: z
      .string()
      .regex(/^0?o?[0-7]{1,4}$/, 'umask must be an octal integer')
      .optional(),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.name === undefined && task.requirements === undefined) refuse('one of the following is required: name, requirements')
    if (task.name !== undefined && task.requirements !== undefined) refuse('parameters are mutually exclusive: name|requirements')
    if (task.executable !== undefined && task.virtualenv !== undefined) refuse('parameters are mutually exclusive: executable|virtualenv')
    if (task.state === 'latest' && task.version !== undefined) refuse('version is incompatible with state=latest')
    if (task.version !== undefined && (task.name?.length ?? 0) > 1)
      refuse(
        "'version' argument is ambiguous when installing multiple package distributions. Please specify version restrictions next to each package in 'name' argument.",
      )
    if (task.version !== undefined && /[<>=!~]/.test(task.name?.[0] ?? ''))
      refuse("The 'version' argument conflicts with any version specifier provided along with a package name.")
    if (isVenv(task.virtualenv_command) && task.virtualenv_python !== undefined)
      refuse('virtualenv_python should not be used when using the venv module or pyvenv as virtualenv_command')
    if (splitWords(task.extra_args) === undefined) refuse('the quotes of extra_args are not balanced')
  })

export type PipArgs = z.output<typeof pipSchema>

export function isVenv(command: string): boolean {
  return /^\S*pyvenv\b|\s-m\s*venv\b/.test(command)
}

/** `[django>1, <2, flask]` and `django>1,<2,flask` are both two packages. */
function wholeNames(names: readonly string[]): readonly string[] {
  const whole: string[] = []
  let inBrackets = false
  for (const part of names.flatMap((name) => name.split(','))) {
    const isRest = inBrackets || /^\s*[<>=!~]/.test(part)
    if (isRest && whole.length > 0) whole.push(`${whole.pop() ?? ''},${part}`)
    else whole.push(part)
    if (part.includes('[')) inBrackets = true
    if (part.includes(']')) inBrackets = false
  }
  return whole
}

/** A package as pip's index knows it; undefined for files, folders and URLs. */
export interface Requirement {
  readonly text: string
  /** As PEP 503 writes it. */
  readonly name: string
  readonly specifiers: string
  readonly extras: boolean
}

export function requirementOf(text: string, version?: string): Requirement | undefined {
  const match = /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*((?:[<>=!~].*)?)$/.exec(text)
  if (match === null || match[1] === undefined) return undefined
  const given = version === undefined ? '' : /^\d/.test(version.trim()) ? `==${version.trim()}` : version.trim()
  const specifiers = `${match[3] ?? ''}${given}`
  if (specifiers.includes(';')) return undefined
  return { text: `${match[1]}${match[2] ?? ''}${specifiers}`, name: canonical(match[1]), specifiers, extras: match[2] !== undefined }
}

export function canonical(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase()
}
