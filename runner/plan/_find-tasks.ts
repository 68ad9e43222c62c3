import { dirname, isAbsolute, join, resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isFile } from '../base/paths.ts'
import type { Source } from '../base/source.ts'
import type { Frame } from './_compiler.ts'

/**
 * The file that an include or import names: beside the including file, in the role's tasks/, up the chain of including files, beside the playbook.
 * @throws RunnerError `not-found` that lists the places
 */
export function findTasksFile(name: string, frame: Pick<Frame, 'file' | 'parents' | 'role' | 'play' | 'kind'>, source: Source): string {
  const files = [frame.file, ...frame.parents]
  const role = frame.role === undefined ? [] : [join(frame.role.path, frame.kind), join(frame.role.path, 'tasks')]
  const [own = '', ...others] = files.map((file) => dirname(file))
  const bases = [own, ...role, ...others, join(frame.play.playbookDir, 'tasks'), frame.play.playbookDir]
  const candidates = isAbsolute(name) ? [name] : [...new Set(bases.map((base) => resolve(base, name)))]
  const found = candidates.find((path) => isFile(path))
  if (found !== undefined) return found
  throw new RunnerError('not-found', `the file of tasks '${name}' was not found`, { source, hint: `looked for ${candidates.join(', ')}` })
}
