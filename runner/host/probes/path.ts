import { quote } from '../../base/quote.ts'

/** A path of the host as a shell word; a leading `~` or `~user` is left to the host's shell. */
export function quotePath(path: string): string {
  const tilde = /^~[A-Za-z0-9._-]*(?=\/|$)/.exec(path)?.[0]
  if (tilde === undefined) return quote(path.startsWith('-') ? `./${path}` : path)
  const rest = path.slice(tilde.length + 1)
  return rest === '' ? tilde : `${tilde}/${quote(rest)}`
}
