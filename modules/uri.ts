import { basename } from 'node:path'
import {
  type Change,
  defineModule,
  Failure,
  type HttpRequest,
  type HttpResponse,
  type ModuleContext,
  type Outcome,
  type ReadOnlyHost,
  UnknownState,
  z,
} from '../runner/module/index.ts'
import { sha1, sha256 } from './_bytes.ts'
import { type GuardState, readGuards, reasonToSkip } from './_command.ts'
import { type DeployArgs, type Deployment, deploymentChanges, readDeployment } from './_deploy.ts'
import { type UriArgs, uriSchema } from './_uri-args.ts'
import { requestOf } from './_uri-request.ts'
import { type Answer, uriResult } from './_uri-result.ts'

interface State {
  readonly guards: GuardState
  readonly request: HttpRequest
  /** What was asked while looking: for a file to write, and in check mode, where only asking is safe. */
  readonly answer: Answer | undefined
  readonly deployment: Deployment | undefined
}

/** The verdict on a status is the result's, which has the answer to show. */
const ANY_STATUS = Array.from({ length: 1000 }, (_, status) => status)

export default defineModule<UriArgs, State>({
  name: 'uri',
  summary: 'Ask an HTTP server.',
  description:
    'The request is made from the managed host’s side of the network, over its connection. In check mode GET and HEAD are really asked, other methods are not.',
  args: uriSchema,
  aliases: { user: 'url_username', password: 'url_password' },
  returns: z.looseObject({ status: z.number(), url: z.string(), msg: z.string(), elapsed: z.number() }),
  examples: [
    {
      name: 'Is the service there?',
      yaml: 'uri:\n  url: http://127.0.0.1:5000/v3\n  status_code: [200, 300]\n',
      lab: { first: 'ok', before: 'script: serve-http.sh 5000\n' },
    },
    {
      name: 'Send JSON',
      yaml: 'uri:\n  url: http://127.0.0.1:8080/items\n  method: POST\n  body_format: json\n  body: {name: one}\n  status_code: 201\n',
      lab: { first: 'ok', before: 'script: serve-http.sh 8080\n' },
    },
    {
      name: 'Keep the answer',
      yaml: 'uri:\n  url: http://127.0.0.1:8080/status\n  dest: /var/lib/status.json\n  mode: "0640"\n',
      lab: { first: 'changed', before: 'script: serve-http.sh 8080\n' },
    },
  ],
  async check(host, task, context) {
    const [guards, request] = await Promise.all([readGuards(host, task), requestOf(host, task, context)])
    if (guards instanceof Failure) return guards
    if (request instanceof Failure) return request
    if (reasonToSkip(guards, task) !== undefined) return { guards, request, answer: undefined, deployment: undefined }
    return readAnswer(host, task, { guards, request, context })
  },
  plan(state, task): readonly Change[] {
    if (reasonToSkip(state.guards, task) !== undefined) return []
    if (state.deployment !== undefined) return deploymentChanges(state.deployment, fileArgs(task, task.dest ?? ''))
    if (state.answer !== undefined) return []
    const what = `${task.method} ${String(task.url)}`
    return [
      { what, certainty: 'observe', actions: [{ do: 'http', id: 'uri', request: state.request, okStatus: ANY_STATUS, purpose: what }] },
    ]
  },
  result(state, task, outcomes) {
    const skip = reasonToSkip(state.guards, task)
    if (skip !== undefined) return { msg: skip.stdout, stdout: skip.stdout }
    const answer = state.answer ?? answerOf(outcomes)
    if (answer === undefined) return {}
    const result = uriResult(answer, task)
    return result instanceof Failure || state.deployment === undefined ? result : { ...result, path: state.deployment.target.path }
  },
})

interface Asked {
  readonly guards: GuardState
  readonly request: HttpRequest
  readonly context: ModuleContext
}

async function readAnswer(host: ReadOnlyHost, task: UriArgs, { guards, request, context }: Asked): Promise<State | Failure> {
  const safe = task.method === 'GET' || task.method === 'HEAD'
  if (!safe || (task.dest === undefined && !host.predicted)) return { guards, request, answer: undefined, deployment: undefined }
  const start = Date.now()
  const response = await host.http(request)
  const answer = answerFrom(response, (Date.now() - start) / 1000)
  if (host.predicted && !task.status_code.includes(answer.status)) throw new UnknownState(`${answer.url} does not answer as it should yet`)
  if (task.dest === undefined || !task.status_code.includes(answer.status)) return { guards, request, answer, deployment: undefined }
  const payload = {
    bytes: response.body,
    sha256: sha256(response.body),
    sha1: sha1(response.body),
    size: response.body.length,
    name: basename(new URL(answer.url).pathname) || 'index.html',
  }
  const deployment = await readDeployment(host, fileArgs(task, task.dest), { payload, diff: context.diff })
  return deployment instanceof Failure ? deployment : { guards, request, answer, deployment }
}

function fileArgs(task: UriArgs, dest: string): DeployArgs {
  return { dest, mode: task.mode, owner: task.owner, group: task.group, force: true, follow: true, backup: false }
}

function answerFrom(response: HttpResponse, elapsed: number): Answer {
  const { status, headers, url, error } = response
  return { status, headers, url, error, text: response.body.toString('utf8'), elapsed }
}

function answerOf(outcomes: readonly Outcome[]): Answer | undefined {
  const [outcome] = outcomes
  if (outcome?.http === undefined) return undefined
  const { status, headers, text, url } = outcome.http
  return { status, headers, text, url, error: outcome.stderr, elapsed: (outcome.end - outcome.start) / 1000 }
}
