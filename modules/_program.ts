import { type Failure, fail, type ReadOnlyHost, UnknownState } from '../runner/module/index.ts'

/** A Failure where a program is missing. In check mode a package that is to be installed is taken to bring it. */
export async function requireProgram(host: ReadOnlyHost, program: string, hint: string): Promise<Failure | undefined> {
  try {
    return (await host.which(program)) === undefined ? fail(`there is no ${program} on this host`, { hint }) : undefined
  } catch (error) {
    if (error instanceof UnknownState) return undefined
    throw error
  }
}
