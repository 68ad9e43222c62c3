import { setTimeout as pause } from 'node:timers/promises'
import type { Failure } from '../runner/module/index.ts'
import { fail, httpReason, type ModuleContext, type ReadOnlyHost, Secret, UnknownState, z } from '../runner/module/index.ts'
import { sha256 } from './_bytes.ts'
import type { Auth } from './_openstack-auth.ts'

/** A service of the catalogue that came with a token. */
export type CatalogueEntry = z.output<typeof entry>

const endpoint = z.looseObject({ interface: z.string(), url: z.string(), region: z.string().nullish(), region_id: z.string().nullish() })
const entry = z.looseObject({ type: z.string(), name: z.string().optional(), endpoints: z.array(endpoint).default([]) })
const named = z.looseObject({ id: z.string(), name: z.string().optional() })
const tokenAnswer = z.looseObject({
  token: z.looseObject({ catalog: z.array(entry).optional(), project: named.optional(), user: named.optional() }).default({}),
})

/** What a login gives. It is memoised as one secret. */
const ticketShape = z.object({
  token: z.string(),
  catalogue: z.array(entry).optional(),
  project: z.string().optional(),
  user: z.string().optional(),
  /** When it had come, in milliseconds since the epoch. */
  since: z.number().optional(),
})
type Ticket = z.output<typeof ticketShape>

/**
 * Keystone tells the times of tokens in whole seconds: one of the second in which a password was changed counts as one from before the
 * change, and is refused.
 */
export const TOKEN_SECOND = 1000

export const JSON_HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json' } as const

/** What an API refuses to answer; becomes the task's failure. */
export class Refused extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }

  get failure(): Failure {
    return fail(this.message, this.hint === undefined ? {} : { hint: this.hint })
  }
}

/** A login: one token for all tasks of a run with the same user and scope, replaced when it is refused. */
export class Session {
  readonly auth: Auth
  readonly #host: ReadOnlyHost
  readonly #context: ModuleContext | undefined
  #ticket: Ticket

  private constructor(host: ReadOnlyHost, auth: Auth, opened: { readonly context: ModuleContext | undefined; readonly ticket: Ticket }) {
    this.auth = auth
    this.#host = host
    this.#context = opened.context
    this.#ticket = opened.ticket
  }

  /** `fresh`: in check mode, where Keystone does not answer yet because it is still to be set up. @throws Refused */
  static async open(host: ReadOnlyHost, auth: Auth, context: ModuleContext): Promise<Session | 'fresh'> {
    try {
      const ticket = auth.token === undefined ? await ticketOf(host, auth, context) : { token: auth.token.reveal() }
      return new Session(host, auth, { context, ticket })
    } catch (error) {
      if (error instanceof UnknownState && host.predicted) return 'fresh'
      throw error
    }
  }

  /** Without a token, for a cloud that is not there yet. */
  static none(host: ReadOnlyHost, auth: Auth): Session {
    return new Session(host, auth, { context: undefined, ticket: { token: '' } })
  }

  get token(): Secret {
    return new Secret(this.#ticket.token)
  }

  /** The id of the project that the token is for; known once the catalogue was asked for. */
  get project(): string | undefined {
    return this.#ticket.project
  }

  get user(): string | undefined {
    return this.#ticket.user
  }

  /** Whether there is a token at all. */
  get stands(): boolean {
    return this.#ticket.token !== ''
  }

  /** Whether a refused token can be replaced by a new one. */
  get renewable(): boolean {
    return this.auth.token === undefined
  }

  /** Logs in anew: what was registered since is wanted. */
  async renew(): Promise<void> {
    if (!this.renewable || this.#context === undefined) return
    this.forget()
    this.#ticket = await ticketOf(this.#host, this.auth, this.#context)
  }

  /** Logs in anew in place of a token that was refused. */
  async replace(): Promise<void> {
    const { since } = this.#ticket
    const age = this.#context === undefined || since === undefined ? TOKEN_SECOND : this.#context.now - since
    if (age < TOKEN_SECOND) await pause(TOKEN_SECOND - age, undefined, { signal: this.#context?.signal })
    await this.renew()
  }

  /** The next task logs in anew and sees what this one registers. */
  forget(): void {
    this.#context?.memo?.forget(memoKey(this.auth))
  }

  /** Undefined where the token is for no project, domain or system. */
  async catalogue(): Promise<readonly CatalogueEntry[] | undefined> {
    if (!this.renewable && this.#ticket.catalogue === undefined) this.#ticket = await describeToken(this.#host, this.auth, this.token)
    return this.#ticket.catalogue
  }
}

/** Another password is another login, though the user is the same. */
function memoKey(auth: Auth): string {
  return `openstack ${auth.url} ${auth.who} ${sha256(Buffer.from(auth.body.reveal()))}`
}

async function ticketOf(host: ReadOnlyHost, auth: Auth, context: ModuleContext): Promise<Ticket> {
  const { memo } = context
  const ask = (): Promise<Secret> => logIn(host, auth, context)
  const secret = memo === undefined ? await ask() : await memo.get(memoKey(auth), ask)
  return ticketShape.parse(JSON.parse(secret.reveal()))
}

async function logIn(host: ReadOnlyHost, auth: Auth, context: ModuleContext): Promise<Secret> {
  const answer = await host.http({
    method: 'POST',
    url: `${auth.url}/auth/tokens`,
    headers: JSON_HEADERS,
    body: auth.body,
    timeout: auth.timeout,
    validateCerts: auth.validateCerts,
  })
  const token = answer.headers['x-subject-token']
  if (answer.status === 201 && token !== undefined) return ticketSecret(token, answer.body, context.now)
  throw refusedLogin(auth, answer)
}

/** A token that was given tells what it is for. */
async function describeToken(host: ReadOnlyHost, auth: Auth, token: Secret): Promise<Ticket> {
  const answer = await host.http({
    method: 'GET',
    url: `${auth.url}/auth/tokens`,
    headers: { Accept: 'application/json', 'X-Auth-Token': token, 'X-Subject-Token': token },
    timeout: auth.timeout,
    validateCerts: auth.validateCerts,
  })
  if (answer.status !== 200) throw refusedLogin(auth, answer)
  return ticketShape.parse(JSON.parse(ticketSecret(token.reveal(), answer.body).reveal()))
}

function ticketSecret(token: string, body: Buffer, since?: number): Secret {
  const parsed = tokenAnswer.safeParse(parseJson(body.toString('utf8')))
  const { catalog, project, user } = parsed.success ? parsed.data.token : {}
  const ticket: Ticket = { token, catalogue: catalog, project: project?.id, user: user?.id, since }
  return new Secret(JSON.stringify(ticket))
}

function refusedLogin(
  auth: Auth,
  answer: { readonly status: number; readonly body: Buffer; readonly error?: string | undefined },
): Refused {
  if (answer.status === 0) return new Refused(`Keystone does not answer at ${auth.url}: ${answer.error ?? 'no answer'}`)
  const hint = answer.status === 401 ? 'check the user, password and project of the login' : undefined
  const reason = httpReason(answer.body.toString('utf8'))
  return new Refused(`Keystone at ${auth.url} gives ${auth.user} no token: ${String(answer.status)} ${reason}`, hint)
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
