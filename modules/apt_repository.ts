import {
  args as arg,
  type Change,
  defineModule,
  fileRemoved,
  fileWritten,
  type Probe,
  quoteArgv,
  resource,
  z,
} from '../runner/module/index.ts'
import { aptArguments, aptUpdate } from './_apt.ts'
import { editSources, listName, type SourceList, sourceOf } from './_apt-sources.ts'
import { REFRESHED } from './_apt-state.ts'
import { refused } from './_arguments.ts'
import { resolveMode } from './_mode.ts'

const schema = z
  .strictObject({
    repo: arg.str().describe('The line: `deb [signed-by=…] https://example.org/debian bookworm main`.'),
    state: z.enum(['present', 'absent']).default('present'),
    filename: arg
      .str()
      .optional()
      .describe('The list in /etc/apt/sources.list.d that a new line goes to, without `.list`; else one that is called by the address.'),
    mode: arg.mode().optional().describe('Permissions of a new list.'),
    update_cache: arg.bool().default(true).describe('Read the package lists again when something has changed.'),
    update_cache_retries: arg.int().default(5).describe('How often that is tried again.'),
    update_cache_retry_max_delay: arg.int().default(12).describe('Seconds between two tries, at most.'),
    install_python_apt: arg.bool().default(true).describe('Has no meaning here: nothing of Python is needed.'),
    validate_certs: arg.bool().default(true).describe('Has no meaning here: apt checks certificates, by its own settings.'),
    codename: refused('it is for PPAs, which need Launchpad and a key server; give the line and its key'),
  })
  .superRefine((task, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['repo'], message })
    if (task.repo.startsWith('ppa:')) refuse('PPAs are refused: they need Launchpad and a key server; give the line and its key')
    else if (sourceOf(task.repo) === undefined) refuse(`Invalid repository string: ${task.repo}`)
  })

type Args = z.output<typeof schema>
type Lists = readonly SourceList[]

export default defineModule<Args, Lists>({
  name: 'apt_repository',
  summary: "Lines of apt's lists of sources.",
  description:
    'A line that is commented out somewhere is taken in again where it is. A list without anything left in it is removed. See deb822_repository for the newer form.',
  args: schema,
  aliases: { 'update-cache': 'update_cache' },
  returns: z.object({ repo: z.string(), state: z.string(), sources_added: z.array(z.string()), sources_removed: z.array(z.string()) }),
  examples: [
    {
      name: 'A source of one’s own',
      yaml: 'apt_repository:\n  repo: deb [trusted=yes] file:/srv/apt-lines ./\n  filename: lab-lines\n',
      lab: {
        first: 'changed',
        before: 'shell:\n  cmd: mkdir -p /srv/apt-lines && touch /srv/apt-lines/Packages\n  creates: /srv/apt-lines/Packages\n',
      },
    },
    {
      name: 'Not any more',
      yaml: 'apt_repository:\n  repo: deb [trusted=yes] file:/srv/apt-lines ./\n  state: absent\n  update_cache: false\n',
      lab: { first: 'changed' },
    },
  ],
  check: (host) => host.probe(LISTS),
  plan,
  result(lists, task) {
    const edited = edits(lists, task)
    const isThere = ({ path }: SourceList): boolean => lists.some((list) => list.path === path)
    return {
      repo: task.repo,
      state: task.state,
      sources_added: edited.filter((list) => !isThere(list)).map(({ path }) => path),
      sources_removed: edited.filter(({ text }) => text === '').map(({ path }) => path),
    }
  },
})

function edits(lists: Lists, task: Args): Lists {
  const source = sourceOf(task.repo) ?? ''
  const name = task.filename ?? listName(source)
  const file = name.includes('/') ? `${name}.list` : `/etc/apt/sources.list.d/${name}.list`
  return editSources(lists, { source, state: task.state, file: file.replace(/\.list\.list$/, '.list') })
}

function plan(lists: Lists, task: Args): readonly Change[] {
  const edited = edits(lists, task)
  if (edited.length === 0) return []
  const after = [...lists.filter(({ path }) => !edited.some((list) => list.path === path)), ...edited.filter(({ text }) => text !== '')]
  const writes = edited.map((list) => listChange(lists, list, task))
  const settled = resource('apt_sources', '', after)
  const update: Change = {
    what: 'refresh the package lists',
    actions: [aptUpdate(aptArguments.parse(updateArgs(task)))],
    effects: [REFRESHED],
    certainty: 'observe',
  }
  return [...writes.map((change) => ({ ...change, effects: [...(change.effects ?? []), settled] })), ...(task.update_cache ? [update] : [])]
}

function updateArgs(task: Args): Readonly<Record<string, unknown>> {
  return { update_cache_retries: task.update_cache_retries, update_cache_retry_max_delay: task.update_cache_retry_max_delay }
}

function listChange(lists: Lists, { path, text }: SourceList, task: Args): Change {
  const old = lists.find((list) => list.path === path)
  const diff = { beforeName: old === undefined ? '' : path, afterName: text === '' ? '' : path, before: old?.text ?? '', after: text }
  if (text === '')
    return {
      what: `remove ${path}`,
      actions: [{ do: 'script', script: quoteArgv(['rm', '-f', '--', path]), purpose: `remove ${path}` }],
      effects: [fileRemoved(path)],
      diff,
    }
  const mode = old !== undefined ? undefined : resolveMode(task.mode ?? '0644', { current: 0o644, directory: false, umask: 0o022 })
  return {
    what: `${task.state === 'present' ? 'add' : 'take'} ${sourceOf(task.repo) ?? ''} ${task.state === 'present' ? 'to' : 'out of'} ${path}`,
    actions: [{ do: 'write', path, content: text, mode }],
    effects: [fileWritten(path, { content: Buffer.from(text) }, mode === undefined ? {} : { mode })],
    diff,
  }
}

/** All lists with their texts: `= SIZE/PATH`, and so many bytes. */
const LISTS: Probe<Lists> = {
  kind: 'apt_sources',
  key: '',
  script: `(set --; for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do if [ -f "$f" ]; then set -- "$@" "$f"; fi; done
if [ $# -gt 0 ]; then stat -L -c '%s %n' -- "$@"; echo; cat -- "$@"; fi)`,
  parse({ stdout }) {
    let at = stdout.indexOf('\n\n') + 2
    return stdout
      .toString('utf8', 0, Math.max(0, at - 2))
      .split('\n')
      .flatMap((line) => {
        const [, size, path] = /^(\d+) (.+)$/.exec(line) ?? []
        if (size === undefined || path === undefined) return []
        const text = stdout.toString('utf8', at, at + Number(size))
        at += Number(size)
        return [{ path, text }]
      })
  },
}
