/** A line typed in the task debugger. */
export type DebugCommand =
  | { readonly do: 'print' | 'evaluate'; readonly expression: string }
  | { readonly do: 'set'; readonly what: 'task.args' | 'task_vars'; readonly name: string; readonly expression: string }
  | { readonly do: 'delete'; readonly what: 'task.args' | 'task_vars'; readonly name: string }
  | { readonly do: 'update' | 'redo' | 'continue' | 'quit' | 'help' | 'nothing' }

const WORDS: Readonly<Record<string, 'update' | 'redo' | 'continue' | 'quit' | 'help'>> = {
  u: 'update',
  update_task: 'update',
  r: 'redo',
  redo: 'redo',
  c: 'continue',
  continue: 'continue',
  q: 'quit',
  quit: 'quit',
  EOF: 'quit',
  h: 'help',
  help: 'help',
  '?': 'help',
}

const PLACE = String.raw`(task\.args|task_vars)\s*(?:\[\s*(?:'([^']*)'|"([^"]*)")\s*\]|\.(\w+))`
const SET = new RegExp(String.raw`^${PLACE}\s*=(?!=)\s*(.+)$`, 's')
const DELETE = new RegExp(String.raw`^del\s+${PLACE}$`)

export function readCommand(line: string): DebugCommand {
  const text = line.trim()
  if (text === '') return { do: 'nothing' }
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
  if (word !== undefined) return { do: word }
  const set = SET.exec(text)
  if (set !== null) return { do: 'set', ...placeOf(set), expression: (set[5] ?? '').trim() }
  const removed = DELETE.exec(text)
  if (removed !== null) return { do: 'delete', ...placeOf(removed) }
  const printed = /^(?:p|pprint)\s+(.+)$/s.exec(text)
  return printed === null ? { do: 'evaluate', expression: text } : { do: 'print', expression: printed[1] ?? '' }
}

function placeOf(match: RegExpExecArray): { readonly what: 'task.args' | 'task_vars'; readonly name: string } {
  return { what: match[1] === 'task_vars' ? 'task_vars' : 'task.args', name: match[2] ?? match[3] ?? match[4] ?? '' }
}
