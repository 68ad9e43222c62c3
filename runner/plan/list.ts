import { isList } from '../base/value.ts'
import { writtenText } from '../load/text.ts'
import type { Play, Step } from './types.ts'

/** What `--list-tasks` and `--list-tags` show of a play; hosts are the inventory's to say. */
export interface ListedPlay {
  /** From 1, over all playbooks in order. */
  readonly number: number
  readonly name: string
  readonly pattern: string
  readonly patterns: readonly string[]
  /** The play's own tags. */
  readonly tags: readonly string[]
  readonly tasks: readonly ListedTask[]
  /** Of the play and all its tasks, sorted. */
  readonly allTags: readonly string[]
}

export interface ListedTask {
  /** With its role in front. */
  readonly name: string
  readonly tags: readonly string[]
}

/** The tasks of plays as a person wants to read them: blocks opened (what rescues is left out), an include as one line, implicit tasks left out. As ansible shows them. */
export function listPlays(plays: readonly Play[]): readonly ListedPlay[] {
  return plays.map((play, at) => {
    const tasks = play.sections.flatMap(({ steps }) => steps.flatMap(listStep))
    const { tags } = play.keywords
    return {
      number: at + 1,
      name: writtenText(play.name),
      pattern: patternsOf(play).join(','),
      patterns: patternsOf(play),
      tags,
      tasks,
      allTags: [...new Set([...tags, ...tasks.flatMap((task) => task.tags)])].sort(),
    }
  })
}

function listStep(step: Step): readonly ListedTask[] {
  if (step.kind === 'block') return step.block.flatMap(listStep)
  const action = step.kind === 'task' ? step.action.name : `include_${step.what}`
  if (action === 'meta' || action === 'validate_argument_spec') return []
  const { role, name } = step
  const shown = name === undefined ? action : role === undefined ? writtenText(name) : `${role.name} : ${writtenText(name)}`
  return [{ name: shown, tags: step.keywords.tags }]
}

function patternsOf(play: Play): readonly string[] {
  const { value } = play.hosts
  return isList(value) ? value.map(writtenText) : [writtenText(value)]
}
