/** How a piece of text is meant; what it looks like is decided here alone. */
export type Style =
  | 'plain'
  | 'dim'
  | 'bold'
  | 'heading'
  | 'role'
  | 'ok'
  | 'changed'
  | 'skipped'
  | 'failed'
  | 'unreachable'
  | 'unknown'
  | 'warning'
  | 'added'
  | 'removed'
  | 'hunk'

const CODES: Readonly<Record<Style, string>> = {
  plain: '',
  dim: '2',
  bold: '1',
  heading: '1;36',
  role: '36',
  ok: '32',
  changed: '33',
  skipped: '2;36',
  failed: '1;31',
  unreachable: '1;35',
  unknown: '34',
  warning: '35',
  added: '32',
  removed: '31',
  hunk: '36',
}

/** Text with its style's colours, or as it is where there are none. */
export type Paint = (style: Style, text: string) => string

export const plainPaint: Paint = (_style, text) => text

export const colourPaint: Paint = (style, text) => {
  const code = CODES[style]
  return code === '' || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`
}
