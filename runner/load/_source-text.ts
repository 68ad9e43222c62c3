import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { messageOf, RunnerError } from '../base/error.ts'
import type { SourceFile } from '../base/source.ts'
import { toPlain } from '../base/value.ts'
import type { Node } from './node.ts'
import { readSource } from './source-file.ts'
import { parseYaml, type YamlOptions } from './yaml.ts'

/** A source of an inventory while plugins are asked whether it is theirs; read and parsed once, and not before it must be. */
export class SourceText {
  /** A list of hosts, or an absolute path. */
  readonly text: string
  readonly isFile: boolean
  readonly #yaml: YamlOptions
  #file: SourceFile | undefined
  #root: { readonly node: Node | undefined } | undefined

  constructor(text: string, isFile: boolean, yaml: YamlOptions) {
    this.text = text
    this.isFile = isFile
    this.#yaml = yaml
  }

  get extension(): string {
    return extname(this.text)
  }

  get isExecutable(): boolean {
    return this.isFile && isProgram(this.text)
  }

  get file(): SourceFile {
    this.#file ??= readSource(this.text, this.#yaml.decrypt)
    return this.#file
  }

  /** @throws RunnerError `yaml` */
  get root(): Node | undefined {
    this.#root ??= { node: parseYaml(this.file, this.#yaml) }
    return this.#root.node
  }

  /** By name; a file without one of the usual endings by its first line that says something. */
  get looksLikeYaml(): boolean {
    if (!this.isFile || /^\.(ini|toml)$/.test(this.extension)) return false
    if (/^\.(ya?ml|json)$/.test(this.extension)) return true
    const line = this.file.text.split('\n').find((part) => part.trim() !== '' && !/^\s*[#;]/.test(part)) ?? ''
    return /^(---|\{)/.test(line) || /^[\w.-]+:\s*(#.*)?$/.test(line) || /^plugin:\s/.test(line)
  }

  /** The plugin that the file says it is for. */
  get plugin(): { readonly name: string; readonly node: Node } | undefined {
    if (!this.looksLikeYaml) return undefined
    const node = this.root?.entries?.get('plugin')?.node
    return node === undefined || node.entries !== undefined ? undefined : { name: String(toPlain(node.value)), node }
  }
}

/** Scripts and binaries; a list that is executable by mistake is none. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return (statSync(path).mode & 0o111) !== 0 && /^(#!|\x7fELF)/.test(beginning(path))
  } catch (error) {
    if (/EACCES/.test(messageOf(error))) return false
    throw new RunnerError('not-found', `cannot read ${path}: ${messageOf(error)}`, { cause: error })
  }
}

function beginning(path: string): string {
  const bytes = Buffer.alloc(4)
  const descriptor = openSync(path, 'r')
  try {
    return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, 4, 0))
  } finally {
    closeSync(descriptor)
  }
}
