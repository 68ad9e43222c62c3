/** One entry of a crontab: the mark that names it, as Ansible writes it, and its line. */
export interface CronEdit {
  readonly name: string
  readonly line: string
  readonly state: 'present' | 'absent'
  /** The entry is a variable, which needs no mark. */
  readonly env: boolean
  /** Where a new variable goes: beside another one, which must be there. */
  readonly beside?: { readonly name: string; readonly where: 'after' | 'before' } | undefined
}

/** The text after the edit; what it does not name stays as it is. Undefined where the variable to go beside is not there. */
export function editCrontab(text: string, edit: CronEdit): string | undefined {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const after = edit.env ? editVariable(lines, edit) : editJob(lines, edit)
  return after?.map((line) => `${line}\n`).join('')
}

const MARK = '#Ansible: '

/** Names of the jobs and variables in a crontab. */
export function cronNames(text: string): { readonly jobs: readonly string[]; readonly envs: readonly string[] } {
  const lines = text.split('\n')
  return {
    jobs: lines.filter((line) => line.startsWith(MARK)).map((line) => line.slice(MARK.length)),
    envs: lines.filter((line) => /^\S+=/.test(line)).map((line) => line.slice(0, line.indexOf('='))),
  }
}

/** A job that is there without a mark gets one. */
function editJob(lines: readonly string[], { name, line, state }: CronEdit): readonly string[] {
  const mark = `${MARK}${name}`
  const at = lines.indexOf(mark)
  if (at >= 0) return [...lines.slice(0, at), ...(state === 'absent' ? [] : [mark, line]), ...lines.slice(at + 2)]
  if (state === 'absent') return lines
  const bare = lines.findIndex((each, index) => each === line && lines[index - 1]?.startsWith(MARK) !== true)
  return bare < 0 ? [...lines, mark, line] : [...lines.slice(0, bare), mark, ...lines.slice(bare)]
}

/** A new variable goes on top, where all jobs see it. */
function editVariable(lines: readonly string[], { name, line, state, beside }: CronEdit): readonly string[] | undefined {
  const at = placeOf(lines, name)
  if (at >= 0) return [...lines.slice(0, at), ...(state === 'absent' ? [] : [line]), ...lines.slice(at + 1)]
  if (state === 'absent') return lines
  if (beside === undefined) return [line, ...lines]
  const other = placeOf(lines, beside.name)
  if (other < 0) return undefined
  const place = beside.where === 'after' ? other + 1 : other
  return [...lines.slice(0, place), line, ...lines.slice(place)]
}

function placeOf(lines: readonly string[], name: string): number {
  return lines.findIndex((each) => each.replace(/\s*=.*$/, '').trim() === name && each.includes('='))
}
