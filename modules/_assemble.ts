import { join, posix } from 'node:path'
import { Failure, fail, type ModuleContext, type Probe, quote, type ReadOnlyHost, UnknownState } from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { localBytes } from './_local-bytes.ts'
import { compileRegex } from './_regex.ts'
import { MAX_TEXT } from './_target.ts'

export interface Fragment {
  readonly name: string
  readonly bytes: Buffer
}

export interface Choice {
  readonly src: string
  readonly regexp?: string | undefined
  readonly ignore_hidden: boolean
  readonly decrypt: boolean
}

/** The fragments of a folder of the controller, in the order of their names. */
export async function localFragments(choice: Choice, context: ModuleContext): Promise<readonly Fragment[] | Failure> {
  const folder = await context.local.find('files', choice.src)
  if ((await context.local.stat(folder)).type !== 'directory') return fail(`Source (${folder}) is not a directory`)
  const entries = (await context.local.walk(folder)).filter(({ path }) => !path.includes('/'))
  const names = await Promise.all(
    entries.map(async ({ path }) => ((await context.local.stat(join(folder, path))).type === 'file' ? [path] : [])),
  )
  const wanted = chosen(names.flat(), choice)
  if (wanted instanceof Failure) return wanted
  return Promise.all(
    wanted.map(async (name) => {
      const path = join(folder, name)
      return { name, bytes: await (choice.decrypt ? localBytes(context.local, path) : context.local.read(path)) }
    }),
  )
}

/** Those of a folder of the host, in one question; in check mode each as earlier tasks are foreseen to leave it. */
export async function remoteFragments(host: ReadOnlyHost, choice: Choice): Promise<readonly Fragment[] | Failure> {
  const folder = await expandPath(host, choice.src)
  const [there, all] = await Promise.all([host.file(folder, { follow: true }), host.probe(folderProbe(folder))])
  if (there.type === 'unknown') throw new UnknownState(there.reason)
  if (there.type === 'absent') return fail(`Source (${folder}) does not exist`)
  if (there.type !== 'directory') return fail(`Source (${folder}) is not a directory`)
  if (all === undefined) throw new UnknownState(`the fragments in ${folder} are still to be written`)
  const names = chosen([...all.keys()], choice)
  if (names instanceof Failure) return names
  if (!host.predicted) return names.map((name) => ({ name, bytes: all.get(name) ?? Buffer.alloc(0) }))
  const files = await Promise.all(names.map((name) => host.file(posix.join(folder, name), { follow: true, content: MAX_TEXT })))
  return names.flatMap((name, at): readonly Fragment[] => {
    const file = files[at]
    if (file === undefined || file.type === 'absent') return []
    if (file.type === 'unknown' || file.content === undefined) throw new UnknownState(`the content of ${folder}/${name} is not known yet`)
    return [{ name, bytes: file.content }]
  })
}

/** Sorted as Python sorts texts: by code points. */
function chosen(names: readonly string[], { regexp, ignore_hidden }: Choice): readonly string[] | Failure {
  const regex = regexp === undefined ? undefined : compileRegex(regexp)
  if (regex instanceof Failure) return fail(`Invalid Regexp (${regex.message}) in "${regexp ?? ''}"`)
  return names
    .filter((name) => !(ignore_hidden && name.startsWith('.')) && (regex === undefined || regex.exec(name) !== null))
    .toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}

/** `SIZE/NAME` of each file, a blank line, then their contents. Undefined where there is no such folder yet. */
function folderProbe(folder: string): Probe<ReadonlyMap<string, Buffer> | undefined> {
  return {
    kind: 'fragments',
    key: folder,
    script: [
      `(cd ${quote(folder)} 2>/dev/null || exit 66; set --`,
      'for f in * .[!.]* ..?*; do if [ -f "$f" ]; then set -- "$@" "./$f"; fi; done',
      'if [ $# -gt 0 ]; then stat -L -c %s/%n -- "$@"; echo; cat -- "$@"; fi)',
    ].join('\n'),
    parse({ rc, stdout }) {
      if (rc === 66) return undefined
      const head = stdout.toString('utf8', 0, Math.max(0, stdout.indexOf('\n\n')))
      let at = stdout.indexOf('\n\n') + 2
      return new Map(
        head.split('\n').flatMap((line) => {
          const [, size, name] = /^(\d+)\/\.\/(.*)$/.exec(line) ?? []
          if (size === undefined || name === undefined) return []
          const bytes = stdout.subarray(at, at + Number(size))
          at += Number(size)
          return [[name, bytes] as const]
        }),
      )
    },
  }
}

const NEWLINE = Buffer.from('\n')

/** One text of all: a fragment begins on a line of its own, and so does the delimiter between two. */
export function joined(fragments: readonly Fragment[], delimiter: string | undefined): Buffer {
  const mark = delimiter === undefined || delimiter === '' ? undefined : Buffer.from(unescaped(delimiter))
  const pieces: Buffer[] = []
  fragments.forEach(({ bytes }, at) => {
    const before = fragments[at - 1]?.bytes
    if (before !== undefined && !endsLine(before)) pieces.push(NEWLINE)
    if (before !== undefined && mark !== undefined) pieces.push(mark, ...(endsLine(mark) ? [] : [NEWLINE]))
    pieces.push(bytes)
  })
  return Buffer.concat(pieces)
}

function endsLine(bytes: Buffer): boolean {
  return bytes.at(-1) === 10
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }

/** Backslashes as Python's strings have them. */
function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|[ntr\\'"])/g, (whole, code: string) =>
    code.startsWith('x') ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? whole),
  )
}
