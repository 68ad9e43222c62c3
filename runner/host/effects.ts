import { Unknown } from '../base/value.ts'
import type { FileStat, PackageState, ServiceState, UserEntry } from './host.ts'
import type { Effect } from './probe.ts'

/** What is known of a file after a change; what is not given stays as it was, or is what a new file gets. */
export type FileAttributes = Partial<Pick<FileStat, 'mode' | 'uid' | 'gid' | 'owner' | 'group' | 'mtime'>>

export interface WrittenContent {
  readonly content?: Buffer | undefined
  readonly sha256?: string | undefined
  readonly size?: number | undefined
}

/** A regular file has new content; without a content or checksum the predicted content is not known. */
export function fileWritten(path: string, content: WrittenContent = {}, attributes: FileAttributes = {}): Effect {
  const known = { content: content.content, sha256: content.sha256, size: content.size ?? content.content?.length }
  return { kind: 'file', key: path, state: { type: 'file', ...attributes, ...known } }
}

/** Mode or owner of what is there changes, its content does not. */
export function fileAttributes(path: string, attributes: FileAttributes): Effect {
  return { kind: 'file', key: path, state: attributes }
}

export function directoryCreated(path: string, attributes: FileAttributes = {}): Effect {
  return { kind: 'file', key: path, state: { type: 'directory', ...attributes } }
}

export function linkCreated(path: string, target: string): Effect {
  return { kind: 'file', key: path, state: { type: 'link', target } }
}

/** A file, link or whole folder is gone. */
export function fileRemoved(path: string): Effect {
  return { kind: 'file', key: path, state: { type: 'absent' } }
}

/** `kept`: its services are kept from starting while it is installed. */
export function packageInstalled(name: string, version?: string, services: 'started' | 'kept' = 'started'): Effect {
  const state: PackageState = { installed: true, version }
  return { kind: 'package', key: name, state: { ...state, startsServices: services === 'started' } }
}

export function packageRemoved(name: string): Effect {
  const state: PackageState = { installed: false }
  return { kind: 'package', key: name, state }
}

/** What is given replaces that part of the state; a service that a change acted on exists. */
export function serviceChanged(name: string, state: Partial<Pick<ServiceState, 'exists' | 'active' | 'enabled' | 'masked'>>): Effect {
  return { kind: 'service', key: name, state }
}

/** An account is made or changed. A uid that the host will choose is left out and reads as -1. */
export function userChanged(name: string, entry: Partial<Omit<UserEntry, 'name'>>): Effect {
  return { kind: 'user', key: name, state: { ...entry, exists: true } }
}

export function userRemoved(name: string): Effect {
  return { kind: 'user', key: name, state: { exists: false } }
}

export function groupChanged(
  name: string,
  entry: { readonly gid?: number | undefined; readonly members?: readonly string[] | undefined } = {},
): Effect {
  return { kind: 'group', key: name, state: { ...entry, exists: true } }
}

export function groupRemoved(name: string): Effect {
  return { kind: 'group', key: name, state: { exists: false } }
}

/** The state that the module's own probe of this kind and key would give. `run`: one answer for all hosts. */
export function resource(kind: string, key: string, state: unknown, scope: 'host' | 'run' = 'host'): Effect {
  return { kind, key, state, scope }
}

/** After the change nobody can tell the state beforehand; whoever asks for it gets an unknown with this reason. */
export function unknownAfter(kind: string, key: string, reason: string, scope: 'host' | 'run' = 'host'): Effect {
  return { kind, key, state: new Unknown(reason), scope }
}
