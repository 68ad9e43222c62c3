import { type Probe, type ProbeAnswer, quote, type RunAction, Secret, Unavailable, z } from '../runner/module/index.ts'

/**
 * `rabbitmqctl` takes most of a second to start. So a question is one Erlang expression for all that is asked, and a change is one
 * for all that is changed; they travel on standard input, for passwords are among them.
 */
const EVAL = ['rabbitmqctl', '-q', 'eval']

/** In the server's own log the changes have this author. */
const AUTHOR = '<<"stackrun">>'

/** A text as an Erlang binary, whatever is in it. */
export function binary(text: string): string {
  return `<<${[...Buffer.from(text, 'utf8')].join(',')}>>`
}

/** Calls a function of the server's account store, with the author behind the arguments; what it refuses ends the expression. */
export function authCall(name: string, args: readonly string[]): string {
  return `ok = rabbit_auth_backend_internal:${name}(${[...args, AUTHOR].join(', ')})`
}

export interface ErlangQuestion<T> {
  readonly kind: string
  readonly key: string
  readonly node: string
  /** Its value is what JSON is made of: maps, lists, binaries. */
  readonly expression: string
  readonly read: (json: unknown) => T
  readonly fresh: () => T
}

/** Asks a RabbitMQ node. Base64 keeps the answer whole in any locale. */
export function erlangProbe<T>(question: ErlangQuestion<T>): Probe<T> {
  const expression = `io:format("JSON ~s~n", [base64:encode(iolist_to_binary(rabbit_json:encode(begin ${question.expression} end)))]).\n`
  const argv = evalArgv(question.node)
  return {
    kind: question.kind,
    key: question.key,
    script: `if ! sr_has rabbitmqctl; then (exit 127); else printf '%s' ${quote(expression)} | ${argv.join(' ')}; fi`,
    parse: (answer) => {
      const json = /^JSON (\S+)$/m.exec(answer.text)?.[1]
      return json === undefined ? unavailable(answer) : question.read(JSON.parse(Buffer.from(json, 'base64').toString('utf8')))
    },
    fresh: question.fresh,
  }
}

/** Runs calls in order, up to the first that is refused; the reason comes without a stack, in which arguments could stand. */
export function erlangRun(node: string, calls: readonly string[]): RunAction {
  const body = `try begin ${calls.join(', ')} end of _ -> ok catch error:{badmatch, {error, R}} -> exit({refused, R}); throw:{error, R} -> exit({refused, R}); _:_ -> exit(refused) end.\n`
  return { do: 'run', argv: evalArgv(node), stdin: new Secret(body), env: { LC_ALL: 'C.UTF-8' } }
}

/** `rabbit` is the node of this host, which its own settings may call otherwise. */
export function nodeArgv(node: string): readonly string[] {
  return node === 'rabbit' ? [] : ['-n', node]
}

function evalArgv(node: string): readonly string[] {
  return [...EVAL, ...nodeArgv(node)]
}

function unavailable({ rc, text, stderr }: ProbeAnswer): Unavailable {
  const said = `${stderr}\n${text}`.split('\n').map((line) => line.trim())
  if (rc === 127) return new Unavailable('there is no rabbitmqctl on this host', 'install the package rabbitmq-server first')
  if (said.some((line) => /^Only root/.test(line))) return new Unavailable('only root may run rabbitmqctl', 'use become')
  const reason = said.find((line) => /^(Error|\*\*)|unable to/.test(line)) ?? said.find((line) => line !== '') ?? ''
  return new Unavailable(`RabbitMQ does not answer: ${reason}`, 'is rabbitmq-server running?')
}

/** The arguments for its HTTP API, which is not used here. */
export const apiArguments = {
  login_host: z.string().optional().describe('Refused: users are managed by rabbitmqctl on the host itself.'),
  login_user: z.string().optional().describe('Refused, like `login_host`.'),
  login_password: z.unknown().optional().describe('Refused, like `login_host`.'),
}

export function refuseApi(task: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void {
  for (const name of ['login_host', 'login_user', 'login_password'])
    if (task[name] !== undefined)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'the HTTP API is not used: run the task on a host of the cluster, by rabbitmqctl',
      })
}
