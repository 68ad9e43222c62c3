import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isFile, isFolder } from '../base/paths.ts'
import type { ForeignModule } from './registry.ts'

/** Endings of files that lie beside modules and are none. */
const NO_MODULES = new Set(['.pyo', '.pyc', '.swp', '.bak', '.rpm', '.md', '.txt', '.rst', '.yaml', '.yml', '.ini'])

/** The file of a folder that has a module's name, whatever its ending; the shortest name where there are several. */
export function moduleFile(folder: string, name: string): string | undefined {
  if (!/^\w+$/.test(name) || !isFolder(folder)) return undefined
  const found = readdirSync(folder)
    .sort()
    .find((file) => isNamed(file, name) && isFile(join(folder, file)))
  return found === undefined ? undefined : join(folder, found)
}

function isNamed(file: string, name: string): boolean {
  return (file === name || basename(file, extname(file)) === name) && !NO_MODULES.has(extname(file)) && !file.endsWith('~')
}

/**
 * What a module's file is by its content: a program that hosts can run.
 * @throws RunnerError `syntax` for one that needs Python's or PowerShell's libraries of Ansible, and for a text without a #! line
 */
export function foreignModule(file: string): ForeignModule {
  const bytes = readFileSync(file)
  const text = bytes.toString('latin1')
  if (isBinary(bytes)) return { file, protocol: 'binary', interpreter: [], simulates: text.includes(CHECK_MODE) }
  const need = foreignNeed(text)
  if (need !== undefined) throw new RunnerError('syntax', `${file} ${need}`, { hint: HINT })
  const interpreter = interpreterOf(text)
  if (interpreter.length === 0)
    throw new RunnerError('syntax', `the module ${file} is missing its interpreter line`, {
      hint: 'its first line says what runs it: #!/bin/sh',
    })
  return { file, protocol: protocolOf(text), interpreter, simulates: text.includes(CHECK_MODE) }
}

const HINT =
  'the hosts have no Python for modules: write it as an executable of any language that takes its arguments as a file (WANT_JSON), ' +
  'or as a module of our own in modules/'

/** The argument that tells a module of check mode: one that never names it cannot heed it. */
const CHECK_MODE = '_ansible_check_mode'

/** Stands in a text for its arguments. */
export const ARGUMENTS_MARK = '<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>'

function protocolOf(text: string): ForeignModule['protocol'] {
  if (text.includes(ARGUMENTS_MARK)) return 'inserted'
  return text.includes('WANT_JSON') ? 'json' : 'key-value'
}

const PYTHON =
  /from +\.{2,} *module_utils.* +import |from +ansible_collections\.[^.]+\.[^.]+\.plugins\.module_utils.* +import |import +ansible_collections\.[^.]+\.[^.]+\.plugins\.module_utils|from +ansible\.module_utils.* +import |import +ansible\.module_utils\.|#<<INCLUDE_ANSIBLE_MODULE_COMMON>>/
const POWERSHELL = /# POWERSHELL_COMMON|#Requires -Module Ansible\.ModuleUtils|#Requires -Version|#AnsibleRequires -|#!\s*powershell/i

function foreignNeed(text: string): string | undefined {
  if (PYTHON.test(text)) return 'needs Python: it imports ansible.module_utils'
  return POWERSHELL.test(text) ? 'needs PowerShell' : undefined
}

/** The words of the `#!` line. */
function interpreterOf(text: string): readonly string[] {
  const line = /^#!\s*([^\n]*)/.exec(text)?.[1] ?? ''
  return line
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Control characters that no text has, as `file` looks for them. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 1024).some((byte) => (byte < 0x20 && ![7, 8, 9, 10, 12, 13, 27].includes(byte)) || byte === 0x7f)
}
