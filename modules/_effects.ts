import { type Effect, fileAttributes, fileWritten } from '../runner/module/index.ts'
import type { Attributes } from './_attributes.ts'

/** What the predicted host believes after a file was written; `content` and `sha256` where they are known. */
export function writtenEffect(
  path: string,
  attributes: Attributes,
  file: { readonly content?: Buffer | undefined; readonly sha256?: string | undefined; readonly size?: number | undefined },
): Effect {
  return fileWritten(path, file, definedAttributes(attributes))
}

export function attributesEffect(path: string, after: Attributes): Effect {
  return fileAttributes(path, definedAttributes(after))
}

/** The attributes that are known, as effects take them. */
export function definedAttributes(attributes: Attributes): { mode: number; uid?: number; gid?: number; owner?: string; group?: string } {
  const { mode, uid, gid, owner, group } = attributes
  return {
    mode,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  }
}
