import { type Failure, fail, type HttpRequest, type Probe, quote, type ReadOnlyHost } from '../runner/module/index.ts'

export const ALGORITHMS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const

export interface Checksum {
  readonly algorithm: (typeof ALGORITHMS)[number]
  /** Hex, small letters. */
  readonly value: string
}

/** `sha256:0a1b…`, or `sha256:https://…/SHA256SUMS`. */
export const CHECKSUM = new RegExp(`^(${ALGORITHMS.join('|')}):(.+)$`)

/** The checksum itself; where the task names a list of them, that of the file in it. */
export async function readChecksum(
  host: ReadOnlyHost,
  text: string,
  about: { readonly name: string; readonly request: Omit<HttpRequest, 'url' | 'method'> },
): Promise<Checksum | Failure> {
  const [, word, value = ''] = CHECKSUM.exec(text.trim()) ?? []
  const algorithm = ALGORITHMS.find((name) => name === word)
  if (algorithm === undefined) return fail('The checksum parameter has to be in format <algorithm>:<checksum>')
  if (!/^(https?|ftp|file):\/\//.test(value)) return hexChecksum(algorithm, value)
  const answer = await host.http({ ...about.request, method: 'GET', url: value, followRedirects: 'all' })
  if (answer.status !== 200) return fail(`cannot read the checksums at ${value}: ${answer.error ?? `HTTP ${String(answer.status)}`}`)
  const found = checksumIn(answer.body.toString('utf8'), about.name)
  return found === undefined ? fail(`Unable to find a checksum for file '${about.name}' in '${value}'`) : hexChecksum(algorithm, found)
}

function hexChecksum(algorithm: Checksum['algorithm'], text: string): Checksum | Failure {
  const value = text.replace(/\W/g, '').toLowerCase()
  return /^[0-9a-f]+$/.test(value)
    ? { algorithm, value }
    : fail('The checksum format is invalid', { hint: 'it is written in hexadecimal digits' })
}

/** Of lines `SUM  NAME` the name's; a list that is nothing but one sum is of whatever file. */
export function checksumIn(list: string, name: string): string | undefined {
  const lines = list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const named = lines.find((line) => {
    const [, file = ''] = /^\S+\s+\*?(.+)$/.exec(line) ?? []
    return file.replace(/^.*\//, '') === name
  })
  const [only] = lines
  const single = lines.length === 1 && only !== undefined && !/\s/.test(only) ? only : undefined
  return named?.split(/\s/)[0] ?? bsdSum(lines, name) ?? single
}

/** `SHA256 (NAME) = SUM` */
function bsdSum(lines: readonly string[], name: string): string | undefined {
  const parts = lines.map((line) => /^\w+ \((.+)\) = ([0-9a-fA-F]+)$/.exec(line))
  return parts.find((part) => part?.[1]?.replace(/^.*\//, '') === name)?.[2]
}

/** The sum of a file of the host; empty where there is no such file. */
export function digestProbe(path: string, algorithm: Checksum['algorithm']): Probe<string> {
  const word = quote(path)
  return {
    kind: `digest_${algorithm}`,
    key: path,
    script: `[ ! -f ${word} ] || ${algorithm}sum <${word}`,
    parse: ({ text }) => /^\\?([0-9a-f]+)/.exec(text)?.[1] ?? '',
  }
}
