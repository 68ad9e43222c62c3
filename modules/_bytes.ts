import { createHash } from 'node:crypto'
import { Secret } from '../runner/module/index.ts'

/**
 * Edits work on texts of one character a byte, as Ansible's do on bytes: what is not touched stays as it was, whatever
 * its encoding.
 */

/** UTF-8 text as a text of bytes. */
export function toByteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** A text of bytes as a file's content. */
export function fromByteText(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** A file's content as a text of bytes. */
export function byteTextOf(content: Buffer): string {
  return content.toString('latin1')
}

/** Lines with their ends, as Python's `readlines` gives them; only `\n` ends a line. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

export function sha1(content: Buffer): string {
  return createHash('sha1').update(content).digest('hex')
}

export function revealed(text: string | Secret): string {
  return text instanceof Secret ? text.reveal() : text
}
