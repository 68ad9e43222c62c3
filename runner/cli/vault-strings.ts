import { RunnerError } from '../base/error.ts'
import { askSecret } from './ask.ts'
import type { VaultArguments, Work } from './commands/vault.ts'
import { replaceFile } from './replace-file.ts'
import { standardInput } from './standard-input.ts'
import { UsageError } from './usage-error.ts'
import { encryptedString } from './vault-files.ts'

interface Named {
  readonly name: string | undefined
  readonly text: string
}

/** `encrypt-string`: texts of the command line, of standard input and of the prompt, in this order, as YAML to paste. */
export async function encryptStrings(work: Work, args: VaultArguments, words: readonly string[]): Promise<void> {
  const names = args.list('name')
  const texts: Named[] = []
  const usesStdin = words.includes('-') || args.value('stdinName') !== undefined
  if (usesStdin && args.flag('prompt')) throw new UsageError('--prompt and standard input cannot go together')
  if (args.flag('prompt')) texts.push({ name: names[0], text: await askedText(work, names[0]) })
  if (usesStdin) texts.push({ name: args.value('stdinName'), text: await typedText(work) })
  const given = words.filter((word) => word !== '-')
  texts.push(...given.map((text, at) => ({ name: names[at + (args.flag('prompt') ? 1 : 0)], text })))
  if (texts.length === 0) throw new UsageError('say what to encrypt: a text, - or --prompt')
  if (texts.some(({ text }) => text === '')) throw new RunnerError('options', 'the text to encrypt is empty')
  const closing = { secret: work.closing(), salt: work.salt }
  const yaml = texts.map(({ name, text }) => `${encryptedString(text, name, closing)}\n`).join('')
  if (work.output === undefined || work.output === '-') work.io.stdout.write(yaml)
  else replaceFile(work.output, yaml)
}

async function askedText(work: Work, name: string | undefined): Promise<string> {
  return (await askSecret(name === undefined ? 'String to encrypt' : `String to encrypt (${name})`, work.io)).reveal()
}

async function typedText({ io }: Work): Promise<string> {
  if (io.stdin.isTTY)
    io.stderr.write('Reading plaintext input from stdin. (ctrl-d to end input, twice if your content does not already have a newline)\n')
  return (await standardInput(io)).toString('utf8')
}
