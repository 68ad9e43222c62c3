import type { SecretRegistry } from '../base/secret-registry.ts'
import type { Secret } from '../base/value.ts'
import type { CliDefaults } from '../execute/options.ts'
import { askSecret } from './ask.ts'
import type { ConnectionChoices } from './connection-choices.ts'
import type { Io } from './io.ts'
import { passwordFromFile } from './password-file.ts'

/** As whom and how to connect, with the passwords that are asked for or lie in files. */
export async function connectionDefaults(connection: ConnectionChoices, secrets: SecretRegistry, io: Io): Promise<CliDefaults> {
  const password = await connectionPassword(connection, io)
  const becomePassword = await becomePasswordOf(connection, password, io)
  for (const secret of [password, becomePassword]) if (secret !== undefined) secrets.add(secret)
  return { ...connection, password, becomePassword }
}

async function connectionPassword({ askPass, passwordFile }: ConnectionChoices, io: Io): Promise<Secret | undefined> {
  if (askPass) return askSecret('SSH password', io)
  return passwordFile === undefined ? undefined : passwordFromFile(passwordFile, io)
}

async function becomePasswordOf(connection: ConnectionChoices, password: Secret | undefined, io: Io): Promise<Secret | undefined> {
  const { askPass, askBecomePass, becomePasswordFile } = connection
  if (!askBecomePass) return becomePasswordFile === undefined ? undefined : passwordFromFile(becomePasswordFile, io)
  const given = await askSecret(askPass ? 'BECOME password[defaults to SSH password]' : 'BECOME password', io)
  return given.reveal() === '' && password !== undefined ? password : given
}
