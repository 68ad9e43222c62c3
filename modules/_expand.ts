import { type Probe, quote, type ReadOnlyHost } from '../runner/module/index.ts'

/**
 * A text as a shell word in which the host's shell expands a leading `~` or `~user` and `$NAME`, `${NAME}`, as Python's
 * expanduser and expandvars do: what is not set stays as it is written, and nothing else is special.
 */
export function expandableWord(text: string): string {
  const home = /^~[A-Za-z0-9_.-]*(?=\/|$)/.exec(text)?.[0] ?? ''
  const parts = text.slice(home.length).split(/(\$\w+|\$\{\w+\})/)
  const words = parts.map((part, index) => (index % 2 === 1 ? variable(part) : part === '' ? '' : quote(part)))
  const word = `${home}${words.join('')}`
  return word === '' ? "''" : word
}

/** Does the text hold anything that `expandableWord` would expand? */
export function isExpandable(text: string): boolean {
  return /^~|\$[\w{]/.test(text)
}

/** A path with `~` and variables resolved on the host; costs a request only where there are some. */
export async function expandPath(host: ReadOnlyHost, path: string): Promise<string> {
  return isExpandable(path) ? host.probe(expansion(path)) : path
}

function expansion(path: string): Probe<string> {
  return { kind: 'expanded_path', key: path, script: `printf %s ${expandableWord(path)}`, parse: (answer) => answer.text }
}

function variable(reference: string): string {
  const name = reference.replace(/[${}]/g, '')
  return /^\d/.test(name) ? quote(reference) : `"\${${name}-\\${reference.replace('}', '\\}')}}"`
}
