import { relative } from 'node:path'
import { type ListedPlay, listPlays } from '../plan/list.ts'
import { selectPlay, startAtTask } from '../plan/select.ts'
import type { Play } from '../plan/types.ts'
import { repr } from '../template/runtime/text.ts'
import { EXIT } from './exit-code.ts'
import type { Job, Loaded } from './job.ts'
import type { ShowMode } from './run-choices.ts'
import { hostsOfPlay } from './target-hosts.ts'

/** `--list-tasks`, `--list-tags`, `--list-hosts`, `--syntax-check`: what was read, and no host touched. */
export function showPlan({ choices, io }: Job, loaded: Loaded): number {
  const { plays } = startAtTask(loaded.plan.plays, choices.selection.startAtTask)
  const selected = plays.map((play) => selectPlay(play, choices.selection))
  // Tags are all that one could select by; hosts are the play's whatever is selected.
  const listed = listPlays(choices.show.has('tasks') && !choices.show.has('tags') ? selected : plays)
  for (const [file, numbers] of byFile(plays)) {
    io.stdout.write(`\nplaybook: ${relative(io.cwd, file)}\n`)
    if (choices.show.has('syntax')) continue
    for (const at of numbers) {
      const [play, list] = [plays[at], listed[at]]
      if (play === undefined || list === undefined) continue
      io.stdout.write(playText(list, choices.show.has('hosts') ? hostsOfPlay(play, loaded) : [], choices.show))
    }
  }
  return EXIT.ok
}

/** The indices of the plays of each playbook file, in order. */
function byFile(plays: readonly Play[]): ReadonlyMap<string, readonly number[]> {
  const files = new Map<string, number[]>()
  for (const [at, { playbookFile }] of plays.entries()) files.set(playbookFile, [...(files.get(playbookFile) ?? []), at])
  return files
}

function playText(play: ListedPlay, hosts: readonly string[], show: ReadonlySet<ShowMode>): string {
  const lines = ['', `  play #${String(play.number)} (${play.pattern}): ${play.name}\tTAGS: [${play.tags.join(', ')}]`]
  if (show.has('hosts'))
    lines.push(`    pattern: ${repr(play.patterns)}`, `    hosts (${String(hosts.length)}):`, ...hosts.map((host) => `      ${host}`))
  if (show.has('tasks'))
    lines.push('    tasks:', ...play.tasks.map((task) => `      ${task.name}\tTAGS: [${task.tags.toSorted().join(', ')}]`))
  if (show.has('tags')) lines.push(`      TASK TAGS: [${play.allTags.join(', ')}]`)
  return `${lines.join('\n')}\n`
}
