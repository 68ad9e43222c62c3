/** One entry of a crontab: the mark that names it, as Ansible writes it, and its line. */
export interface CronEdit {
  readonly name: string
  readonly line: string
  readonly state: 'present' | 'absent'
  /** The entry is a variable, which needs no mark. */
  readonly env: boolean
}

/** The text after the edit; what it does not name stays as it is. */
export function editCrontab(text: string, edit: CronEdit): string {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const after = edit.env ? editVariable(lines, edit) : editJob(lines, edit)
  return after.map((line) => `${line}\n`).join('')
}

function editJob(lines: readonly string[], { name, line, state }: CronEdit): readonly string[] {
  const mark = `#Ansible: ${name}`
  const at = lines.indexOf(mark)
  if (at < 0) return state === 'absent' ? lines : [...lines, mark, line]
  return [...lines.slice(0, at), ...(state === 'absent' ? [] : [mark, line]), ...lines.slice(at + 2)]
}

/** A new variable goes on top, where all jobs see it. */
function editVariable(lines: readonly string[], { name, line, state }: CronEdit): readonly string[] {
  const at = lines.findIndex((each) => each.replace(/\s*=.*$/, '').trim() === name && each.includes('='))
  if (at < 0) return state === 'absent' ? lines : [line, ...lines]
  return [...lines.slice(0, at), ...(state === 'absent' ? [] : [line]), ...lines.slice(at + 1)]
}
