import { basename, dirname, join } from 'node:path'
import { isVault } from '../../base/vault-mark.ts'
import type { FileOptions } from '../engine.ts'
import { fail } from '../runtime/errors.ts'
import type { Run } from '../runtime/run.ts'
import { newRecord, type Val } from '../runtime/types.ts'
import { asRecord } from '../runtime/values.ts'
import { findFile, type Lookup, type Options, perTerm } from './define.ts'
import { globFiles } from './glob.ts'
import { renderText } from './template-file.ts'

/** A file's text as `shape` leaves it; of one that is encrypted, a secret. */
function fileText(name: string, run: Run, shape: (text: string) => string): Val {
  const path = findFile('files', name, run)
  const text = run.renderer.host.readFile(path).toString('utf8')
  if (!isVault(text)) return shape(text)
  const { decrypt } = run.renderer.host
  return decrypt === undefined ? fail(`${path} is encrypted and no vault password was given`) : run.secret(shape(decrypt(text)))
}

function file(name: string, options: Options, run: Run): readonly Val[] {
  const [rstrip, lstrip] = [options.flag('rstrip', true), options.flag('lstrip', false)]
  return [
    fileText(name, run, (text) => {
      const right = rstrip ? text.trimEnd() : text
      return lstrip ? right.trimStart() : right
    }),
  ]
}

function unvault(name: string, _options: Options, run: Run): readonly Val[] {
  return [fileText(name, run, (text) => text)]
}

function fileGlob(pattern: string, _options: Options, run: Run): readonly Val[] {
  if (pattern.startsWith('/')) return globFiles(pattern)
  const folder = run.renderer.host.findFile('files', dirname(pattern), run.scope)
  return folder === undefined ? [] : globFiles(join(folder, basename(pattern)))
}

const MARKS: readonly (readonly [string, keyof NonNullable<FileOptions['delimiters']>])[] = [
  ['block_start_string', 'blockStart'],
  ['block_end_string', 'blockEnd'],
  ['variable_start_string', 'variableStart'],
  ['variable_end_string', 'variableEnd'],
  ['comment_start_string', 'commentStart'],
  ['comment_end_string', 'commentEnd'],
]

function template(name: string, options: Options, run: Run): readonly Val[] {
  const path = findFile('templates', name, run)
  const text = run.renderer.host.readFile(path).toString('utf8')
  const given = MARKS.flatMap(([option, key]) => (options.get(option) === undefined ? [] : [[key, options.text(option, '')] as const]))
  const names = new Map(Object.entries(asRecord(options.get('template_vars') ?? newRecord()) ?? {}))
  return [
    renderText({ path, text }, run, names, {
      trimBlocks: options.flag('trim_blocks', true),
      lstripBlocks: options.flag('lstrip_blocks', false),
      delimiters: Object.fromEntries(given),
    }),
  ]
}

export const FILE_LOOKUPS: readonly (readonly [string, Lookup])[] = [
  ['file', perTerm(['rstrip', 'lstrip'], file)],
  ['unvault', perTerm([], unvault)],
  ['fileglob', perTerm([], fileGlob)],
  [
    'template',
    perTerm(
      ['convert_data', 'template_vars', 'jinja2_native', 'trim_blocks', 'lstrip_blocks', ...MARKS.map(([option]) => option)],
      template,
    ),
  ],
]
