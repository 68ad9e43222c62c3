import { splitLines, toByteText } from './_bytes.ts'

/** An entry of fstab, unescaped. */
export interface Entry {
  readonly src: string
  readonly path: string
  readonly fstype: string
  readonly opts: string
  readonly dump: string
  readonly passno: string
}

/** What is done to the table: an entry is brought in, or what is mounted at a path goes out. */
export type FstabEdit = { readonly set: Entry } | { readonly remove: string }

/** Texts are texts of bytes (see `_bytes.ts`), so that lines that are not touched stay as they are. */
export function editFstab(text: string, edit: FstabEdit): string {
  const lines = splitLines(text)
  if ('remove' in edit) return lines.filter((line) => entryOf(line)?.path !== toByteText(edit.remove)).join('')
  const wanted = byteEntry(edit.set)
  const places = lines.flatMap((line, index) => (isSame(entryOf(line), wanted) ? [index] : []))
  if (places.length === 0) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lineOf(wanted)}\n`
  return lines.map((line, index) => (places.includes(index) && !isEqual(entryOf(line), wanted) ? `${lineOf(wanted)}\n` : line)).join('')
}

/** The entry that a path has now. */
export function entryFor(text: string, path: string): Entry | undefined {
  return splitLines(text)
    .map(entryOf)
    .find((entry) => entry?.path === toByteText(path))
}

/** A line with what blanks would break written in octal. */
export function lineOf(entry: Entry): string {
  return [entry.src, entry.path, entry.fstype, entry.opts].map(escaped).concat(entry.dump, entry.passno).join(' ')
}

/** Options of entries that are not to be seen: those of the path. */
export function maskOptions(text: string, path: string): string {
  return splitLines(text)
    .map((line) => {
      const entry = entryOf(line)
      return entry?.path === toByteText(path) ? `${lineOf({ ...entry, opts: '***' })}\n` : line
    })
    .join('')
}

/** Undefined for comments and lines that are none. */
function entryOf(line: string): Entry | undefined {
  const fields = line.trim().split(/[ \t]+/)
  if (fields[0]?.startsWith('#') === true || fields.length < 4 || fields.length > 6) return undefined
  const [src = '', path = '', fstype = '', opts = '', dump = '0', passno = '0'] = fields
  return { src: unescaped(src), path: unescaped(path), fstype, opts: unescaped(opts), dump, passno }
}

/** Swap areas have no mount point: there the device decides. */
function isSame(entry: Entry | undefined, wanted: Entry): boolean {
  if (entry?.path !== wanted.path) return false
  const swap = wanted.fstype === 'swap' && (wanted.path === 'none' || wanted.path === 'swap')
  return !swap || entry.src === wanted.src
}

function isEqual(entry: Entry | undefined, wanted: Entry): boolean {
  return entry !== undefined && lineOf(entry) === lineOf(wanted)
}

function byteEntry(entry: Entry): Entry {
  const { src, path, fstype, opts, dump, passno } = entry
  return { src: toByteText(src), path: toByteText(path), fstype, opts: toByteText(opts), dump, passno }
}

function escaped(text: string): string {
  return text.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

export function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
