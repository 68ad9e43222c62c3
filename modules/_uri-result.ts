import { STATUS_CODES } from 'node:http'
import { type Failure, fail } from '../runner/module/index.ts'
import type { UriArgs } from './_uri-args.ts'

/** An answer, from wherever it was asked. Status 0 where nothing answered. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly url: string
  readonly error?: string | undefined
  /** Seconds. */
  readonly elapsed: number
}

/** Ansible's result of an HTTP request. */
export function uriResult(answer: Answer, task: UriArgs): Readonly<Record<string, unknown>> | Failure {
  const ok = task.status_code.includes(answer.status)
  const data = { ...basics(answer, task), ...headerResult(answer.headers), ...contentResult(answer, ok ? task.return_content : true) }
  if (ok) return data
  const status = answer.status === 0 ? -1 : answer.status
  return fail(`Status code was ${String(status)} and not [${task.status_code.join(', ')}]: ${reasonOf(answer)}`, { data })
}

function basics(answer: Answer, task: UriArgs): Readonly<Record<string, unknown>> {
  return {
    status: answer.status === 0 ? -1 : answer.status,
    url: answer.url,
    redirected: answer.url !== String(task.url),
    elapsed: Math.floor(answer.elapsed),
    msg:
      answer.status === 0
        ? reasonOf(answer)
        : `${STATUS_CODES[answer.status] ?? ''} (${answer.headers['content-length'] ?? 'unknown'} bytes)`,
  }
}

function reasonOf(answer: Answer): string {
  if (answer.status === 0) return `Request failed: ${answer.error ?? 'no answer'}`
  return `HTTP Error ${String(answer.status)}: ${STATUS_CODES[answer.status] ?? ''}`
}

function headerResult(headers: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const cookies = (headers['set-cookie'] ?? '').split(/,\s*(?=[^;,\s]+=)/).flatMap((cookie) => {
    const match = /^([^=;\s]+)=([^;]*)/.exec(cookie)
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const]
  })
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase().replaceAll('-', '_'), value] as const)
  return {
    ...Object.fromEntries(named),
    cookies: Object.fromEntries(cookies),
    cookies_string: cookies.map(([name, value]) => `${name}=${value}`).join('; '),
  }
}

function contentResult(answer: Answer, wanted: boolean): Readonly<Record<string, unknown>> {
  const json = /^\s*(application|text)\/([\w.+-]*\+)?json/i.test(answer.headers['content-type'] ?? '') ? parsed(answer.text) : undefined
  return { ...(json === undefined ? {} : { json }), ...(wanted ? { content: answer.text } : {}) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
