import { readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { z } from 'zod'
import { RunnerError } from '../../base/error.ts'
import type { Source } from '../../base/source.ts'
import { isList, record, toPlain, type Value } from '../../base/value.ts'
import type { VarMap } from '../../load/layer.ts'
import { loadVarsFile } from '../../load/vars.ts'
import { bool, int, list, str } from '../../module/args.ts'
import { ok } from '../executed.ts'
import { decryptOf } from '../options.ts'
import type { RenderedArgs } from '../render-args.ts'
import { candidates, findLocal } from '../search-path.ts'
import type { TaskRun } from '../task-run.ts'
import { defineAction } from './_define.ts'

/** Loads variables from a file or a folder of the controller. */
export const includeVars = defineAction({
  name: 'include_vars',
  args: z.strictObject({
    file: z.string().optional(),
    dir: z.string().optional(),
    name: z.string().optional(),
    depth: int().default(0),
    files_matching: z.string().optional(),
    ignore_files: list(str()).default([]),
    extensions: list(str()).default(['yml', 'yaml', 'json']),
    ignore_unknown_extensions: bool().default(false),
    hash_behaviour: z.enum(['replace', 'merge']).optional(),
  }),
  freeForm: 'file',
  run(task, args) {
    const files = filesOf(task, args)
    const name = args.get('name')
    const loaded: VarMap[] = files.map((file) => loadVarsFile(file, { decrypt: decryptOf(task.play.run.options) }))
    const all = record(loaded.flatMap((vars) => [...vars].map(([key, entry]) => [key, entry.value] as const)))
    if (typeof name === 'string') {
      task.host.includedVars.set(name, { value: all, source: task.step.source })
    } else for (const vars of loaded) for (const [key, entry] of vars) task.host.includedVars.set(key, entry)
    return ok(
      record([
        ['ansible_facts', typeof name === 'string' ? record([[name, all]]) : all],
        ['ansible_included_var_files', files],
      ]),
    )
  },
})

function filesOf(task: TaskRun, args: RenderedArgs): readonly string[] {
  const dir = args.get('dir')
  const file = args.get('file')
  const name = typeof dir === 'string' ? dir : typeof file === 'string' ? file : undefined
  if (name === undefined) throw new RunnerError('argument', 'include_vars needs file or dir', { source: task.step.source })
  const places = candidates({ kind: 'vars', name, step: task.step, playbookDir: task.play.play.playbookDir })
  const found = findLocal(places)
  if (found === undefined)
    throw new RunnerError('not-found', `could not find the variables '${name}'`, {
      source: task.step.source,
      trace: ['looked for:', ...places.map((place) => `  ${place}`)],
    })
  return statSync(found).isDirectory() ? walk(found, { args, source: task.step.source }, 1) : [found]
}

interface Walk {
  readonly args: RenderedArgs
  readonly source: Source
}

function walk(dir: string, { args, source }: Walk, level: number): readonly string[] {
  const depth = Number(args.get('depth') ?? 0)
  const matching = args.get('files_matching')
  const ignored = toStrings(args.get('ignore_files') ?? [])
  const extensions = toStrings(args.get('extensions') ?? ['yml', 'yaml', 'json'])
  const out: string[] = []
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) {
      if (depth === 0 || level < depth) out.push(...walk(path, { args, source }, level + 1))
      continue
    }
    if (ignored.includes(entry.name) || (typeof matching === 'string' && !new RegExp(matching).test(entry.name))) continue
    const extension = extname(entry.name).slice(1)
    if (extensions.includes(extension)) out.push(path)
    else if (args.get('ignore_unknown_extensions') !== true)
      throw new RunnerError('argument', `${path} does not have a valid extension: ${extensions.join(', ')}`, {
        source,
        hint: 'leave it out with ignore_files or files_matching, or say ignore_unknown_extensions: true',
      })
  }
  return out
}

function toStrings(value: Value): readonly string[] {
  return isList(value) ? value.map((item) => String(toPlain(item))) : [String(toPlain(value))]
}
