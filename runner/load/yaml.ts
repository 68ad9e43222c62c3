import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import { RunnerError } from '../base/error.ts'
import type { SourceFile } from '../base/source.ts'
import { type ComposeOptions, composeNode } from './_compose.ts'
import { yamlError } from './_yaml-error.ts'
import type { Node } from './node.ts'

/** `decrypt`: opens `!vault` texts, at first use. `duplicateKeys`: what to do about a key written twice (default `warn`). */
export type YamlOptions = ComposeOptions

/**
 * One YAML 1.1 document as Ansible reads it; undefined where the file is empty.
 * @throws RunnerError `yaml` with the place and a hint for the usual mistakes
 */
export function parseYaml(file: SourceFile, options: YamlOptions = {}): Node | undefined {
  const [first, second] = parseYamlAll(file, options)
  if (second !== undefined) {
    throw new RunnerError('yaml', 'the file holds several YAML documents, one is expected', {
      source: second.source,
      hint: 'put each document into a file of its own',
    })
  }
  return first
}

/** All documents of a stream, empty ones left out. */
export function parseYamlAll(file: SourceFile, options: YamlOptions = {}): readonly Node[] {
  const lines = new LineCounter()
  // The failsafe schema leaves every plain scalar a text: PyYAML's rules are ours to apply.
  const documents = parseAllDocuments(file.text, {
    version: '1.1',
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  })
  if (!Array.isArray(documents)) return []
  const found: Node[] = []
  for (const document of documents) {
    refuseErrors(document, file, lines)
    const node = composeNode(document.contents, { file, lines, options })
    if (node !== undefined) found.push(node)
  }
  return found
}

function refuseErrors(document: Document.Parsed, file: SourceFile, lines: LineCounter): void {
  const [error] = document.errors
  if (error === undefined) return
  const { line, col } = lines.linePos(error.pos[0])
  throw yamlError(error, { file, line: Math.max(1, line), col: Math.max(1, col) })
}
