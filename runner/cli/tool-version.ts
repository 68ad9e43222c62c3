import { LANGUAGE_VERSION } from '../execute/version.ts'
import { readAnsibleConfig } from './ansible-config.ts'
import type { Io } from './io.ts'
import type { Tool } from './tools.ts'
import { versionText } from './version.ts'

/**
 * What `--version` of one of ansible's programs says, as far as there is such a thing here: the release of the language that is
 * spoken on the first line, for scripts read it there, and then what really runs.
 */
export function toolVersion(tool: Tool, io: Io): string {
  const config = readAnsibleConfig(io)
  const library = config.paths('DEFAULT_MODULE_PATH')
  return [
    `${tool} [core ${LANGUAGE_VERSION}]`,
    `  config file = ${config.file ?? 'None'}`,
    `  configured module search path = [${library.map((path) => `'${path}'`).join(', ')}]`,
    `  executable location = ${process.argv[1] ?? ''}`,
    `  provided by ${versionText()}`,
  ].join('\n')
}
