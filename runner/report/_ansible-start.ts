import type { AnsibleDisplay } from './_ansible-display.ts'

interface Configuration {
  readonly verbosity: number
  /** The lines of `--version`. */
  readonly version: string
  readonly configFile: string | undefined
  readonly quiet?: boolean | undefined
}

/** What a run says first with `-v`: the configuration, and with `-vv` the version before it. */
export function showConfiguration(display: AnsibleDisplay, { verbosity, version, configFile, quiet }: Configuration): void {
  if (quiet === true) return
  if (verbosity > 1) display.show(version, { colour: 'verbose' })
  if (verbosity > 0)
    display.show(configFile === undefined ? 'No config file found; using defaults' : `Using ${configFile} as config file`, {
      colour: 'verbose',
    })
  if (verbosity > 1)
    for (const name of ['minimal', 'oneline'])
      display.show(`Skipping callback '${name}', as we already have a stdout callback.`, { colour: 'verbose' })
}
