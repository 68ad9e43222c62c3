import type { Api } from './_openstack.ts'
import { ask, refusal } from './_openstack-request.ts'

/** Names in a container, or of an account's containers (path `/`), page after page. @throws Refused */
export async function listAllNames(api: Api, path: string): Promise<readonly string[]> {
  const names: string[] = []
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const marker = names.at(-1)
    const answer = await ask(api, { path: `${path}?${marker === undefined ? '' : `marker=${encodeURIComponent(marker)}`}`, headers: PLAIN })
    if (answer.status === 404) return names
    if (answer.status < 200 || answer.status >= 300) throw refusal(api, { path }, answer)
    const more = answer.body
      .toString('utf8')
      .split('\n')
      .filter((name) => name !== '')
    if (more.length === 0) return names
    names.push(...more)
  }
  return names
}

const MOST_PAGES = 1000
const PLAIN = { Accept: 'text/plain' }
