/** Lines of apt's one-line lists. */

/** A list as apt reads it. */
export interface SourceList {
  readonly path: string
  readonly text: string
}

interface Line {
  readonly enabled: boolean
  /** Words parted by one blank each; empty where the line is no source. */
  readonly source: string
  readonly comment: string
}

const TYPES = ['deb', 'deb-src']

function parseLine(text: string): Line {
  const line = text.trim()
  const enabled = !line.startsWith('#')
  const [rest = '', ...comment] = (enabled ? line : line.slice(1)).split('#')
  const words = rest.trim().split(/\s+/)
  return { enabled, source: TYPES.includes(words[0] ?? '') ? words.join(' ') : '', comment: comment.join('#').trim() }
}

/** The source that a task asks for; undefined where it is none. */
export function sourceOf(repo: string): string | undefined {
  const { enabled, source } = parseLine(repo)
  return enabled && source.split(' ').length >= 3 ? source : undefined
}

function written({ source, comment }: Line): string {
  return `${source}${comment === '' ? '' : ` # ${comment}`}`
}

/** The lists that change, with their new texts; a list without lines goes. */
export function editSources(
  lists: readonly SourceList[],
  edit: { readonly source: string; readonly state: 'present' | 'absent'; readonly file: string },
): readonly SourceList[] {
  const { source, state, file } = edit
  const isIt = (line: Line): boolean => line.source === source
  const edited = lists.flatMap((list) => {
    const lines = list.text.split('\n')
    if (state === 'absent') {
      const kept = lines.filter((text) => !(isIt(parseLine(text)) && parseLine(text).enabled))
      return kept.length === lines.length ? [] : [{ path: list.path, text: kept.join('\n') }]
    }
    const changed = lines.map((text) => (isIt(parseLine(text)) && !parseLine(text).enabled ? written(parseLine(text)) : text))
    return changed.join('\n') === list.text ? [] : [{ path: list.path, text: changed.join('\n') }]
  })
  const isKnown = lists.some(({ text }) => text.split('\n').some((line) => isIt(parseLine(line))))
  if (state === 'absent' || isKnown) return edited
  const old = lists.find(({ path }) => path === file)?.text ?? ''
  return [{ path: file, text: `${old}${old === '' || old.endsWith('\n') ? '' : '\n'}${source}\n` }]
}

/** The name that apt_repository gives the list of a source: its address without protocol, user and signs. */
export function listName(source: string): string {
  const bare = source.replace(/\[[^\]]+\]/g, '').replace(/\w+:\/\//g, '')
  const [address = ''] = bare.split(/\s+/).filter((word) => word !== '' && !TYPES.includes(word))
  const host = address.includes('@') ? address.slice(address.indexOf('@') + 1) : address
  return host
    .replaceAll(/[^a-zA-Z0-9]/g, ' ')
    .trim()
    .split(/\s+/)
    .join('_')
}
