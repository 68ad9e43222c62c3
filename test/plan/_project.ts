import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { z } from 'zod'
import { RunnerError } from '../../runner/base/error.ts'
import { formatSource, type Source } from '../../runner/base/source.ts'
import { Template, toPlain, type Value } from '../../runner/base/value.ts'
import { parseExtraVars } from '../../runner/load/vars.ts'
import * as args from '../../runner/module/args.ts'
import type { ActionSpec, Registry } from '../../runner/module/registry.ts'
import { type Compiled, compilePlaybooks } from '../../runner/plan/compile.ts'
import type { Play, Step } from '../../runner/plan/types.ts'
import type { TemplateEngine } from '../../runner/template/engine.ts'
import { createTemplateEngine } from '../../runner/template/environment.ts'

/** Real files in a folder of their own, gone after the test. */
export function project(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'stackrun-plan-'))
  t.teardown(() => {
    rmSync(root, { recursive: true, force: true })
  })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

function action(name: string, schema: z.ZodType, more: Partial<ActionSpec> = {}): ActionSpec {
  return { name, kind: 'action', args: schema, aliases: {}, freeForm: undefined, rawArgs: [], module: undefined, ...more }
}

const anything = z.looseObject({})
const SPECS: readonly ActionSpec[] = [
  action('debug', z.strictObject({ msg: z.unknown().optional(), var: z.string().optional(), verbosity: args.int().optional() }), {
    rawArgs: ['var'],
  }),
  action('assert', z.strictObject({ that: z.unknown() }), { rawArgs: ['that'] }),
  action('set_fact', anything),
  action('meta', z.strictObject({ action: z.enum(['flush_handlers', 'noop']) }), { freeForm: 'action' }),
  action('command', z.strictObject({ cmd: z.string(), chdir: z.string().optional(), creates: z.string().optional() }), { freeForm: 'cmd' }),
  action(
    'file',
    z.strictObject({
      path: z.string(),
      state: z.enum(['file', 'absent', 'directory']).default('file'),
      mode: args.mode().optional(),
      recurse: args.bool().optional(),
    }),
    { aliases: { dest: 'path', name: 'path' } },
  ),
  action('user', z.strictObject({ name: z.string(), groups: z.array(z.strictObject({ name: z.string(), gid: args.int() })).optional() })),
  action('validate_argument_spec', anything),
]

export const registry: Registry = {
  find: (name) => Promise.resolve(SPECS.find((spec) => spec.name === name.replace(/^ansible\.builtin\./, ''))),
  inFolder: () => Promise.resolve(undefined),
  names: () => SPECS.map((spec) => spec.name),
}

export const engine: TemplateEngine = createTemplateEngine({
  findFile: () => undefined,
  readFile: () => Buffer.alloc(0),
  warn: () => undefined,
  now: () => 0,
  env: {},
  onSecret: () => undefined,
})

export interface Told {
  readonly message: string
  readonly source: Source | undefined
}

export async function compile(
  root: string,
  options: { readonly extraVars?: readonly string[]; readonly warnings?: Told[]; readonly playbook?: string } = {},
): Promise<Compiled> {
  return compilePlaybooks([join(root, options.playbook ?? 'site.yml')], {
    registry,
    engine,
    extraVars: parseExtraVars(options.extraVars ?? [], root),
    rolesPath: [],
    warn: (message, source) => options.warnings?.push({ message, source }),
  })
}

/** The one play of a `site.yml`. */
export async function onlyPlay(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<Play> {
  const { plan } = await compile(project(t, files))
  const [play] = plan.plays
  if (play === undefined) throw new Error('no play was compiled')
  return play
}

export async function refused(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<RunnerError> {
  try {
    await compile(project(t, files))
  } catch (error) {
    if (error instanceof RunnerError) return error
    throw error
  }
  throw new Error('the playbook was accepted')
}

/** `site.yml:3:5`, without the temporary folder. */
export function place(error: { readonly source?: Source | undefined }): string {
  return error.source === undefined ? 'nowhere' : formatSource(error.source).replace(/^.*stackrun-plan-[^/]*\//, '')
}

/** Steps as lines: the shape of a plan at a glance. */
export function outline(steps: readonly Step[], indent = ''): readonly string[] {
  return steps.flatMap((step) => {
    const line = `${indent}${step.kind === 'task' ? step.action.name : step.kind === 'include' ? `include_${step.what}` : 'block'}: ${plain(step.name ?? null)}`
    if (step.kind !== 'block') return [line]
    return [line, ...outline(step.block, `${indent}  `), ...outline(step.rescue, `${indent}  ! `), ...outline(step.always, `${indent}  = `)]
  })
}

export function plain(value: Value): string {
  return value instanceof Template ? value.text : String(toPlain(value))
}

export function tasks(play: Play): readonly Step[] {
  return play.sections.flatMap((section) => section.steps)
}
