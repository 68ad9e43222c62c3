import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Ansible } from '../../bench/ansible.ts'
import { type Case, HERE } from './_case.ts'
import { normalise, type Outcome, type TaskLine } from './_outcome.ts'
import { inSandbox } from './_sandbox.ts'

/** What both sides see of the environment, besides what a case sets. One fork: results come in the order of the hosts. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  ANSIBLE_FORKS: '1',
}

/** Runs a case through ansible-core. */
export async function askAnsible(each: Case, ansible: Ansible, signal: AbortSignal): Promise<Outcome> {
  return inSandbox(each, async ({ root, folder }) => {
    await cp(join(HERE, 'recorder'), join(root, 'recorder'), { recursive: true })
    const results = join(root, 'results.jsonl')
    const env = {
      ...ENVIRONMENT,
      ...each.settings.env,
      ANSIBLE_CALLBACK_PLUGINS: join(root, 'recorder'),
      ANSIBLE_CALLBACKS_ENABLED: 'recorder',
      CONFORMANCE_RESULTS: results,
    }
    const words = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const argv = ['/usr/bin/env', '-i', ...words, each.settings.tool, ...each.settings.args] as const
    const { code, stdout, stderr } = await ansible.run([argv[0], ...argv.slice(1)], {
      signal,
      folders: [root],
      cwd: folder,
      timeout: 300,
      stdin: each.settings.input,
    })
    const lines = existsSync(results) ? (await readFile(results, 'utf8')).split('\n').filter((line) => line !== '') : []
    return normalise({ exit: code, stdout, stderr, results: lines.map(parseLine) }, folder)
  })
}

const lineSchema = z.strictObject({ task: z.string(), host: z.string(), status: z.string(), data: z.record(z.string(), z.unknown()) })

function parseLine(line: string): TaskLine {
  return lineSchema.parse(JSON.parse(line))
}
