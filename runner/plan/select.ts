import { writtenText } from '../load/text.ts'
import type { Play, Section, Selection, Step } from './types.ts'

/** What `--tags` and `--skip-tags` say of tags alone. */
export type TagSelection = Pick<Selection, 'tags' | 'skipTags'>

/**
 * Whether a step with these tags runs. `all`, `tagged`, `untagged` have their meaning; `always` runs unless skipped by
 * name; `never` runs only where one of its other tags, or `never` itself, is asked for.
 */
export function isSelected(tags: readonly string[], { tags: wanted, skipTags }: TagSelection): boolean {
  const asked = wanted.length === 0 ? ['all'] : wanted
  return isWanted(tags, asked) && !isSkipped(tags, skipTags, asked)
}

function isWanted(tags: readonly string[], wanted: readonly string[]): boolean {
  const named = tags.some((tag) => wanted.includes(tag))
  if (tags.includes('always') || named) return true
  if (tags.includes('never')) return false
  if (wanted.includes('all')) return true
  return tags.length > 0 ? wanted.includes('tagged') : wanted.includes('untagged')
}

function isSkipped(tags: readonly string[], skip: readonly string[], wanted: readonly string[]): boolean {
  if (skip.length === 0) return false
  const named = tags.some((tag) => skip.includes(tag))
  const spared = tags.includes('always') && !skip.includes('always')
  if (skip.includes('all')) return !spared || (named && !wanted.includes('always'))
  if (named) return true
  return tags.length > 0 ? skip.includes('tagged') && !spared : skip.includes('untagged')
}

/** The play with the steps that run; blocks without any are left out. Handlers are not filtered by tags. */
export function selectPlay(play: Play, selection: Selection): Play {
  return { ...play, sections: play.sections.map((section) => ({ ...section, steps: selectSteps(section.steps, selection) })) }
}

/** The same for a list of steps: what an include brought. */
export function selectSteps(steps: readonly Step[], selection: TagSelection): readonly Step[] {
  return steps.flatMap((step): readonly Step[] => {
    if (step.kind !== 'block') return isSelected(step.keywords.tags, selection) ? [step] : []
    const block = selectSteps(step.block, selection)
    const rescue = selectSteps(step.rescue, selection)
    const always = selectSteps(step.always, selection)
    return block.length + rescue.length + always.length === 0 ? [] : [{ ...step, block, rescue, always }]
  })
}

export interface Started {
  readonly plays: readonly Play[]
  /** Whether a task of that name was found; without one nothing runs. */
  readonly found: boolean
}

/** The plays from `--start-at-task` on: a name or glob, with or without `role : ` before it. Implicit `always` checks before it are left out too. */
export function startAtTask(plays: readonly Play[], name: string | undefined): Started {
  if (name === undefined) return { plays, found: true }
  const cursor: Cursor = { matches: matcher(name), started: false }
  const rest = plays.map((play) => ({
    ...play,
    sections: play.sections.map((section): Section => ({ ...section, steps: dropBefore(section.steps, cursor) })),
  }))
  return { plays: cursor.started ? rest.filter((play) => play.sections.some(({ steps }) => steps.length > 0)) : [], found: cursor.started }
}

interface Cursor {
  readonly matches: (step: Step) => boolean
  started: boolean
}

function dropBefore(steps: readonly Step[], cursor: Cursor): readonly Step[] {
  return steps.flatMap((step) => (cursor.started ? [step] : begun(step, cursor)))
}

function begun(step: Step, cursor: Cursor): readonly Step[] {
  if (step.kind !== 'block') {
    cursor.started = cursor.matches(step)
    return cursor.started ? [step] : []
  }
  const block = dropBefore(step.block, cursor)
  const rescue = dropBefore(step.rescue, cursor)
  const always = dropBefore(step.always, cursor)
  return block.length + rescue.length + always.length === 0 ? [] : [{ ...step, block, rescue, always }]
}

function matcher(name: string): (step: Step) => boolean {
  const glob = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  )
  return (step) => {
    const own = writtenText(step.name ?? (step.kind === 'task' ? step.action.name : step.kind))
    const full = step.role === undefined ? own : `${step.role.name} : ${own}`
    return own === name || full === name || glob.test(own) || glob.test(full)
  }
}
