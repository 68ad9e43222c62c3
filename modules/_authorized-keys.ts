import { splitLines } from './_bytes.ts'

export interface PublicKey {
  readonly options: string
  readonly type: string
  readonly blob: string
  readonly comment: string
}

const TYPE =
  /^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(-cert-v01@openssh\.com)?$/

/** A line of an authorized_keys file; undefined for comments and what is none. Blanks in quoted options part nothing. */
export function parseKey(line: string): PublicKey | undefined {
  const words = line.trim().match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? []
  if (words[0]?.startsWith('#') === true) return undefined
  const at = words.findIndex((word) => TYPE.test(word))
  const [type, blob] = [words[at], words[at + 1]]
  if (at < 0 || at > 1 || type === undefined || blob === undefined || !/^[A-Za-z0-9+/]+=*$/.test(blob)) return undefined
  return { options: words.slice(0, at).join(' '), type, blob, comment: words.slice(at + 2).join(' ') }
}

export interface KeyEdit {
  readonly keys: readonly PublicKey[]
  readonly state: 'present' | 'absent'
  readonly exclusive: boolean
  /** Given by the task: they replace what the key's line says. */
  readonly options: string | undefined
  readonly comment: string | undefined
}

/** The file's text after the edit. Comments stay; keys are told by what they are, not by their comments. */
export function editKeys(text: string, edit: KeyEdit): string {
  const same = (one: PublicKey | undefined, other: PublicKey): boolean => one?.blob === other.blob && one.type === other.type
  const lines = splitLines(text).map((line) => (line.endsWith('\n') ? line : `${line}\n`))
  if (edit.state === 'absent') return lines.filter((line) => !edit.keys.some((key) => same(parseKey(line), key))).join('')
  const kept = lines.flatMap((line) => {
    const old = parseKey(line)
    if (old === undefined) return [line]
    const wanted = edit.keys.find((key) => same(old, key))
    if (wanted === undefined) return edit.exclusive ? [] : [line]
    const options = edit.options ?? (wanted.options === '' ? old.options : wanted.options)
    const after = { ...old, options, comment: edit.comment ?? old.comment }
    return [isEqual(old, after) ? line : lineOf(after)]
  })
  const added = edit.keys.filter((key) => !lines.some((line) => same(parseKey(line), key)))
  const fresh = added.map((key) => lineOf({ ...key, options: edit.options ?? key.options, comment: edit.comment ?? key.comment }))
  return [...kept, ...fresh].join('')
}

function isEqual(one: PublicKey, other: PublicKey): boolean {
  return one.options === other.options && one.comment === other.comment
}

function lineOf({ options, type, blob, comment }: PublicKey): string {
  return `${[options, type, blob, comment].filter((word) => word !== '').join(' ')}\n`
}
