import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { SecretRegistry } from '../base/secret-registry.ts'
import { isList } from '../base/value.ts'
import type { TemplateHost } from '../template/engine.ts'
import type { Scope } from '../template/scope.ts'
import { findLocal } from './search-path.ts'

export interface TemplateHostOptions {
  readonly secrets: SecretRegistry
  readonly env: Readonly<Record<string, string | undefined>>
  readonly warn: TemplateHost['warn']
  readonly allowBrokenConditionals?: boolean | undefined
  readonly decrypt?: ((text: string) => string) | undefined
}

/** What templates may use of the controller: files found as the task's place says, the environment, the clock. */
export function createTemplateHost(options: TemplateHostOptions): TemplateHost {
  return {
    findFile: (kind, name, scope) => findLocal(searchPlaces(kind, name, scope)),
    readFile: (path) => readFileSync(path),
    warn: options.warn,
    allowBrokenConditionals: options.allowBrokenConditionals,
    now: () => Date.now(),
    env: options.env,
    onSecret: (secret) => {
      options.secrets.add(secret)
    },
    ...(options.decrypt === undefined ? {} : { decrypt: options.decrypt }),
  }
}

/** `ansible_search_path` of the task the scope belongs to, then the playbook's folder. */
function searchPlaces(kind: string, name: string, scope: Scope): readonly string[] {
  if (name.startsWith('/')) return [name]
  const path = scope.get('ansible_search_path')?.value
  const playbook = scope.get('playbook_dir')?.value
  const bases = [...(isList(path) ? path : []), ...(typeof playbook === 'string' ? [playbook] : [])].filter(
    (base) => typeof base === 'string',
  )
  return bases.flatMap((base) => [resolve(join(base, kind, name)), resolve(join(base, name))])
}
