import { type Change, directoryCreated, quoteArgv } from '../runner/module/index.ts'
import { attributeScript, attributesAfter, type Owners, type WantedAttributes } from './_attributes.ts'
import { definedAttributes } from './_effects.ts'
import { octal } from './_mode.ts'

/** The change that makes a folder with its attributes; `parents` lets missing ones above it be made too, with the defaults. */
export function directoryChange(
  path: string,
  how: { readonly wanted: WantedAttributes; readonly owners: Owners; readonly parents: boolean },
): Change {
  const { wanted, owners } = how
  const after = attributesAfter({ type: 'absent' }, wanted, owners, 'directory')
  const set = attributeScript(path, { owner: wanted.owner, group: wanted.group, mode: wanted.mode === undefined ? undefined : after.mode })
  const make = quoteArgv(['mkdir', ...(how.parents ? ['-p'] : []), '--', path])
  return {
    what: `create directory ${path} (${octal(after.mode)})`,
    actions: [{ do: 'script', script: set === '' ? make : `${make} && ${set}`, purpose: `create directory ${path}` }],
    effects: [directoryCreated(path, definedAttributes(after))],
  }
}
