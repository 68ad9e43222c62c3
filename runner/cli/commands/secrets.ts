import { resolve } from 'node:path'
import { type OptionTable, parseArguments } from '../arguments.ts'
import { EXIT } from '../exit-code.ts'
import { optionsHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { packageFile } from '../package-root.ts'
import { writeSecrets } from '../secrets-file.ts'
import { UsageError } from '../usage-error.ts'

const OPTIONS = {
  force: { flags: ['-f', '--force'], kind: 'flag', group: 'Options', help: 'Make new values for passwords that the file has already.' },
  help: { flags: ['-h', '--help'], kind: 'flag', group: 'Options', help: 'This text.' },
} as const satisfies OptionTable

const DEFAULT_FILE = 'inventory/group_vars/all/secrets.yml'

/** `run secrets init [FILE] [--force]` */
export async function secretsCommand(argv: readonly string[], io: Io): Promise<number> {
  const args = parseArguments(OPTIONS, argv)
  if (args.flag('help')) {
    io.stdout.write(
      `usage: run secrets init [FILE] [--force]\n\nWrites random values for the passwords that the roles ask for. Default file: ${DEFAULT_FILE}\n\n${optionsHelp(OPTIONS)}`,
    )
    return EXIT.ok
  }
  const [action, name = DEFAULT_FILE, ...more] = args.words
  if (action !== 'init' || more.length > 0)
    throw new UsageError(action === undefined ? 'say what to do: init' : `cannot do '${args.words.join(' ')}'`)
  const file = resolve(io.cwd, name)
  const roleFolders = [...new Set([resolve(io.cwd, 'roles'), packageFile('roles')])]
  const { added, kept } = writeSecrets({ file, roleFolders, keep: args.flag('force') ? 'none' : 'old' })
  io.stdout.write(`${file}: ${String(added.length)} written, ${String(kept.length)} kept\n`)
  return Promise.resolve(EXIT.ok)
}
