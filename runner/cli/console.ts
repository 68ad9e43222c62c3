import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { RunnerError } from '../base/error.ts'
import type { CliDefaults } from '../execute/options.ts'
import { qualifiedName } from '../load/collections.ts'
import { argumentDocs } from '../module/docs.ts'
import type { ActionSpec } from '../module/registry.ts'
import { ansibleError } from '../report/ansible-error.ts'
import { createReport } from '../report/create.ts'
import { adhocPlaybook } from './adhoc-play.ts'
import { consoleLines } from './console-lines.ts'
import { type Answer, CONSOLE_COMMANDS, type ConsoleState } from './console-state.ts'
import type { Job } from './job.ts'
import type { Adhoc } from './read-adhoc.ts'
import { runPlaybooks } from './run-playbooks.ts'

interface Start {
  readonly pattern: string
  readonly timeout: number
  readonly defaults: CliDefaults
}

const HISTORY = 1000

/** A conversation: each line is a command of the console, a module with its arguments, or words for the shell. */
export class Console {
  readonly #job: Job
  readonly #world: Adhoc
  readonly #defaults: CliDefaults
  #state: ConsoleState

  constructor(job: Job, world: Adhoc, { pattern, timeout, defaults }: Start) {
    const { choices } = job
    this.#job = job
    this.#world = world
    this.#defaults = defaults
    this.#state = {
      pattern,
      timeout,
      forks: choices.forks,
      verbosity: choices.verbosity,
      check: choices.checkMode,
      diff: choices.diff,
      remoteUser: defaults.user,
      become: defaults.become === true,
      becomeUser: defaults.becomeUser,
      becomeMethod: defaults.becomeMethod,
    }
  }

  /** Until `exit` or the end of the input. */
  async talk(): Promise<void> {
    const { io } = this.#job
    const file = join(io.env['HOME'] ?? homedir(), '.ansible-console_history')
    const past = io.stdin.isTTY && existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
    const lines = consoleLines(io, past, (line) => this.#complete(line))
    io.stdout.write('Welcome to the ansible console. Type help or ? to list commands.\n\n')
    for await (const line of lines.read(() => this.#prompt())) if ((await this.#take(line.trim())) === 'exit') break
    io.stdout.write('\nAnsible-console was exited.\n')
    if (io.stdin.isTTY) writeFileSync(file, `${lines.history.slice(-HISTORY).join('\n')}\n`, { mode: 0o600 })
  }

  get #selected(): readonly string[] {
    const { inventory, hosts } = this.#world
    return inventory.select(this.#state.pattern).filter((host) => hosts === undefined || hosts.has(host))
  }

  #prompt(): string {
    const { pattern, forks, remoteUser, become, becomeUser } = this.#state
    const root = become && (becomeUser === undefined || becomeUser === 'root')
    return `${remoteUser ?? userInfo().username}@${pattern} (${String(this.#selected.length)})[f:${String(forks)}]${root ? '#' : '$'} `
  }

  async #take(line: string): Promise<'exit' | undefined> {
    const typed = line.startsWith('?') ? `help ${line.slice(1)}` : line.startsWith('!') ? `shell ${line.slice(1)}` : line
    const name = /^\w*/.exec(typed)?.[0] ?? ''
    const argument = typed.slice(name.length).trim()
    if (name === 'exit' || typed === 'EOF') return 'exit'
    if (typed === '' || typed.startsWith('#')) return undefined
    const command = Object.hasOwn(CONSOLE_COMMANDS, name) ? CONSOLE_COMMANDS[name] : undefined
    if (name === 'help') await this.#help(argument)
    else if (command !== undefined)
      this.#answer(command.run(argument, this.#state, { inventory: this.#world.inventory, selected: this.#selected }))
    else if (name === 'shell') await this.#run('shell', argument)
    else await this.#runLine(typed)
    return undefined
  }

  #answer({ state, out, error, warning }: Answer): void {
    const { stdout, stderr } = this.#job.io
    if (warning !== undefined) stderr.write(`[WARNING]: ${warning}\n`)
    if (error !== undefined) stderr.write(`[ERROR]: ${error}\n`)
    if (out !== undefined) stdout.write(`${out}\n`)
    if (state !== undefined) this.#state = { ...this.#state, ...state }
  }

  /** A module where the first word is one, else the whole line is the shell's. */
  async #runLine(line: string): Promise<void> {
    const [first = '', ...rest] = line.split(/\s+/)
    await ((await this.#isModule(first)) ? this.#run(first, rest.join(' ')) : this.#run('shell', line))
  }

  /** One that cannot be used is a module too: when it is run, the error says why. */
  async #isModule(name: string): Promise<boolean> {
    const { collections } = this.#world.project
    const qualified = qualifiedName(name)
    if (qualified !== undefined && collections.find(qualified.collection) !== undefined) return true
    return (await this.#find(name)) !== undefined
  }

  async #find(name: string): Promise<ActionSpec | 'unusable' | undefined> {
    const { registry, moduleDirs } = this.#world.project
    try {
      return await registry.find(name, moduleDirs)
    } catch (error) {
      if (error instanceof RunnerError && error.code !== 'bug') return 'unusable'
      throw error
    }
  }

  async #run(module: string, args: string): Promise<void> {
    const { remoteUser, become, becomeUser, becomeMethod, pattern, timeout } = this.#state
    const keywords = {
      ...(remoteUser === undefined ? {} : { remote_user: remoteUser }),
      ...(become ? { become } : {}),
      ...(becomeUser === undefined ? {} : { become_user: becomeUser }),
      ...(becomeMethod === undefined ? {} : { become_method: becomeMethod }),
    }
    try {
      const compiled = await this.#world.compile(adhocPlaybook({ pattern, module, args, timeout, background: 0, poll: 0, keywords }))
      await this.#runOn(compiled)
    } catch (error) {
      if (!(error instanceof RunnerError) || error.code === 'bug' || error.code === 'interrupted') throw error
      this.#job.io.stderr.write(ansibleError(error))
    }
  }

  async #runOn(compiled: Awaited<ReturnType<Adhoc['compile']>>): Promise<void> {
    const { io, secrets, choices } = this.#job
    const { check, diff, forks, verbosity } = this.#state
    const changed = { ...choices, checkMode: check, diff, forks, verbosity, flushCache: false }
    // The configuration was told when the console began.
    const report = await createReport({ ...changed, quiet: true, out: io.stdout, err: io.stderr, mask: (text) => secrets.mask(text) })
    await runPlaybooks({ ...this.#job, choices: changed, emit: report.emit }, { ...this.#world, ...compiled }, this.#defaults)
    await report.finish()
  }

  async #help(topic: string): Promise<void> {
    const { stdout, stderr } = this.#job.io
    if (topic === 'help') stderr.write("[WARNING]: Don't be redundant!\n")
    else if (topic === '') stdout.write(await this.#overview())
    else stdout.write(`${CONSOLE_COMMANDS[topic]?.help ?? (await this.#moduleHelp(topic)) ?? `*** No help on ${topic}`}\n`)
  }

  async #overview(): Promise<string> {
    const names = [...Object.keys(CONSOLE_COMMANDS), 'exit', 'help', 'shell', ...this.#world.project.registry.names()]
    const head = 'Documented commands (type help <topic>):'
    return `\n${head}\n${'='.repeat(head.length)}\n${[...new Set(names)].sort().join('  ')}\n\n`
  }

  async #moduleHelp(name: string): Promise<string | undefined> {
    const spec = await this.#find(name)
    if (spec === undefined || spec === 'unusable') return undefined
    const rows = argumentDocs(spec).map((arg) => `  ${arg.name} ${arg.description}`)
    return [spec.module?.summary ?? `${name} is an action of the controller.`, 'Parameters:', ...rows].join('\n')
  }

  /** Behind `cd` hosts and groups, behind a module its arguments, at the beginning commands and modules. */
  async #complete(line: string): Promise<readonly string[]> {
    const { inventory, project } = this.#world
    const words = line.trimStart().split(/\s+/)
    const last = words.at(-1) ?? ''
    const begun = (names: readonly string[]): readonly string[] => names.filter((name) => name.startsWith(last))
    if (words.length === 1) return begun([...Object.keys(CONSOLE_COMMANDS), 'exit', 'help', 'shell', ...project.registry.names()])
    const [first = ''] = words
    if (first === 'cd') return begun([...inventory.hosts, ...inventory.groups])
    if (first === 'help') return begun([...Object.keys(CONSOLE_COMMANDS), ...project.registry.names()])
    const spec = await this.#find(first)
    return spec === undefined || spec === 'unusable' ? [] : begun(argumentDocs(spec).map((arg) => `${arg.name}=`))
  }
}
