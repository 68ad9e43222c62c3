import { args, type Change, defineModule, Failure, fail, quote, type ReadOnlyHost, z } from '../runner/module/index.ts'
import { toByteText } from './_bytes.ts'
import { expandPath } from './_expand.ts'
import { compileRegex } from './_regex.ts'
import {
  bannerScript,
  CONNECTION_STATES,
  CONNECTORS,
  type Connector,
  connectScript,
  drainedScript,
  extendedRegex,
  isLoopback,
  listeningScript,
  searchScript,
} from './_wait-script.ts'

const schema = z
  .strictObject({
    host: z.string().default('127.0.0.1').describe('Name or address, as seen from the managed host.'),
    port: args.int().optional(),
    path: args.path().optional().describe('Wait for a file instead.'),
    search_regex: z.string().optional().describe('Wait until the file has, or the port says, something that matches.'),
    state: z.enum(['started', 'stopped', 'present', 'absent', 'drained']).default('started'),
    timeout: args.int().default(300).describe('Seconds to wait at most.'),
    delay: args.int().default(0).describe('Seconds before the first look.'),
    sleep: args.int().default(1).describe('Seconds between looks.'),
    connect_timeout: args.int().default(5).describe('Seconds for one connection.'),
    msg: z.string().optional().describe('What to say when the time is over.'),
    exclude_hosts: args.list(z.string()).optional().describe('With `drained`: addresses whose connections do not count.'),
    active_connection_states: args
      .list(
        z.enum([
          'ESTABLISHED',
          'SYN_SENT',
          'SYN_RECV',
          'FIN_WAIT1',
          'FIN_WAIT2',
          'TIME_WAIT',
          'CLOSE',
          'CLOSE_WAIT',
          'LAST_ACK',
          'LISTEN',
          'CLOSING',
        ]),
      )
      .default(['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'SYN_RECV', 'SYN_SENT', 'TIME_WAIT']),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (task.port !== undefined && task.path !== undefined) refuse('port and path parameter can not both be passed to wait_for')
    if (task.path !== undefined && task.state === 'stopped')
      refuse('state=stopped should only be used for checking a port in the wait_for module')
    if (task.path !== undefined && task.state === 'drained')
      refuse('state=drained should only be used for checking a port in the wait_for module')
    if (task.state === 'drained' && task.port === undefined) refuse('state=drained needs a port')
    if (task.exclude_hosts !== undefined && task.state !== 'drained') refuse('exclude_hosts should only be with state=drained')
  })

type Args = z.infer<typeof schema>

interface State {
  /** The question that is asked again and again; undefined where only time is to pass. */
  readonly script: string | undefined
  readonly path: string | undefined
}

export default defineModule<Args, State>({
  name: 'wait_for',
  summary: 'Wait for a port, a file, or a time.',
  description: `The host itself looks, in one request. Ports of its loopback addresses are read from the kernel's list; for other hosts it needs one of ${CONNECTORS.join(', ')}. States of connections: ${CONNECTION_STATES.join(', ')}.`,
  args: schema,
  returns: z.object({
    elapsed: z.number(),
    state: z.string(),
    port: z.number().optional(),
    path: z.string().optional(),
    match_groups: z.array(z.string().nullable()).optional(),
    match_groupdict: z.record(z.string(), z.string()).optional(),
  }),
  examples: [
    { name: 'A port', yaml: 'wait_for:\n  port: 22\n  timeout: 30\n', lab: { first: 'ok' } },
    { name: 'A line in a file', yaml: "wait_for:\n  path: /etc/passwd\n  search_regex: '^root:'\n  timeout: 5\n", lab: { first: 'ok' } },
    { name: 'No file any more', yaml: 'wait_for:\n  path: /var/lock/no-such.lock\n  state: absent\n  timeout: 5\n', lab: { first: 'ok' } },
  ],
  async check(host, task) {
    const path = task.path === undefined ? undefined : await expandPath(host, task.path)
    const script = path === undefined ? await portScript(host, task) : fileScript(path, task)
    return script instanceof Failure ? script : { script, path }
  },
  plan({ script }, task): readonly Change[] {
    const { timeout, delay } = task
    const wait =
      script === undefined
        ? { script: ':', timeout: 1000, delay: (timeout + delay) * 1000 }
        : { script, timeout: timeout * 1000, delay: delay * 1000 }
    const purpose = `wait for ${subject(task)}`
    return [
      {
        what: purpose,
        certainty: 'observe',
        actions: [{ do: 'poll', id: 'wait', ...wait, interval: task.sleep * 1000, purpose, failMessage: task.msg ?? timeoutMessage(task) }],
      },
    ]
  },
  result({ path }, task, outcomes) {
    const [outcome] = outcomes
    if (outcome === undefined) return {}
    const common = {
      elapsed: Math.floor((outcome.end - outcome.start) / 1000),
      state: task.state,
      port: task.port ?? null,
      path: path ?? null,
      search_regex: task.search_regex ?? null,
    }
    return { ...common, ...matchResult(task.search_regex, outcome.stdout) }
  },
})

async function portScript(host: ReadOnlyHost, task: Args): Promise<string | Failure | undefined> {
  const { port, state } = task
  if (port === undefined) return undefined
  if (state === 'drained') return drainedScript(port, { states: task.active_connection_states, exclude: task.exclude_hosts ?? [] })
  const question = { host: task.host, port, connectTimeout: task.connect_timeout }
  const wanted = state === 'started' || state === 'present'
  if (isLoopback(task.host) && task.search_regex === undefined) return wanted ? listeningScript(port) : `! ${listeningScript(port)}`
  // A simulated wait connects to nothing.
  const tool = host.predicted ? CONNECTORS[0] : await connector(host)
  if (tool === undefined)
    return fail(`cannot connect to ${task.host}:${String(port)} from this host: none of ${CONNECTORS.join(', ')} is there`, {
      hint: 'install netcat-openbsd, or wait on the host itself with delegate_to',
    })
  if (task.search_regex === undefined || !wanted) return wanted ? connectScript(question, tool) : `! ${connectScript(question, tool)}`
  const regex = extendedRegex(task.search_regex)
  return regex instanceof Failure ? regex : bannerScript(question, regex, tool)
}

async function connector(host: ReadOnlyHost): Promise<Connector | undefined> {
  const found = await Promise.all([...CONNECTORS, 'timeout'].map((program) => host.which(program)))
  const limited = found.at(-1) !== undefined
  return CONNECTORS.find((tool, index) => found[index] !== undefined && (tool !== 'bash' || limited))
}

function fileScript(path: string, task: Args): string | Failure {
  const wanted = task.state === 'started' || task.state === 'present'
  if (task.search_regex === undefined) return `[ ${wanted ? '' : '! '}-e ${quote(path)} ]`
  const regex = extendedRegex(task.search_regex)
  if (regex instanceof Failure) return regex
  return wanted ? searchScript(path, regex) : `! { ${searchScript(path, regex)} >/dev/null; }`
}

function subject(task: Args): string {
  if (task.path !== undefined)
    return task.search_regex === undefined ? `file ${task.path}` : `search string ${task.search_regex} in ${task.path}`
  if (task.port === undefined) return `${String(task.timeout)} seconds`
  return `${task.search_regex === undefined ? '' : `search string ${task.search_regex} in `}${task.host}:${String(task.port)}`
}

function timeoutMessage(task: Args): string {
  const end =
    task.state === 'drained'
      ? ' to drain'
      : task.state === 'absent' || task.state === 'stopped'
        ? task.path === undefined
          ? ' to stop.'
          : ' to be absent.'
        : ''
  return `Timeout when waiting for ${subject(task)}${end}`
}

/** The groups of the expression in the line that the host found. */
function matchResult(pattern: string | undefined, line: string): Readonly<Record<string, unknown>> {
  if (pattern === undefined) return {}
  const regex = compileRegex(toByteText(pattern), { multiline: true })
  const match = 'exec' in regex ? regex.exec(toByteText(line)) : null
  return {
    match_groups: match === null ? [] : match.slice(1).map((group: string | undefined) => group ?? null),
    match_groupdict: { ...match?.groups },
  }
}
