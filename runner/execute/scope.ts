import { LazyRecord, Secret, type Value } from '../base/value.ts'
import type { LayerName, VarLayer, VarMap } from '../load/layer.ts'
import { createScope } from '../load/vars.ts'
import type { Step } from '../plan/types.ts'
import type { Binding, Scope } from '../template/scope.ts'
import type { PlayRun } from './context.ts'
import type { HostRun } from './host-run.ts'
import { MAGIC_NAMES, magicVariable } from './magic.ts'

/** Variables that only one task or item sees: loop variables, the result under its own name. */
export type LocalVars = ReadonlyMap<string, Value>

/** All variables as a step sees them on a host, by the one precedence table. */
export function stepScope(play: PlayRun, host: HostRun, step: Step | undefined, locals?: LocalVars): Scope {
  return scopeOf(play, host, { step, locals, layers: layersFor(play, host, step) })
}

interface ScopeParts {
  readonly step?: Step | undefined
  readonly locals?: LocalVars | undefined
  readonly layers: readonly VarLayer[]
}

function scopeOf(play: PlayRun, host: HostRun, { step, locals, layers }: ScopeParts): Scope {
  const base = createScope(layers)
  const scope: Scope = {
    get(name): Binding | undefined {
      const local = locals?.get(name)
      if (local !== undefined) return { value: local, layer: 'loop variable' }
      const magic = MAGIC_NAMES.has(name) ? magicVariable(name, { play, host, step, scope }) : undefined
      if (magic !== undefined) return { value: magic, layer: 'magic variable', deprecated: name === 'play_hosts' ? PLAY_HOSTS : undefined }
      return secretive(play, name, base.get(name))
    },
    *names() {
      if (locals !== undefined) yield* locals.keys()
      yield* MAGIC_NAMES
      yield* base.names()
    },
  }
  return scope
}

const PLAY_HOSTS = { message: 'The `play_hosts` magic variable is deprecated.', hint: 'Use `ansible_play_batch` instead.' }

/** A variable that a role declares `no_log` is a Secret from the start. */
function secretive(play: PlayRun, name: string, binding: Binding | undefined): Binding | undefined {
  if (binding === undefined || typeof binding.value !== 'string' || !play.secretNames.has(name)) return binding
  return { ...binding, value: new Secret(binding.value) }
}

/** The same scope with a few names in front. */
export function withLocals(scope: Scope, locals: LocalVars): Scope {
  if (locals.size === 0) return scope
  return {
    get(name) {
      const local = locals.get(name)
      return local === undefined ? scope.get(name) : { value: local, layer: 'loop variable' }
    },
    *names() {
      yield* locals.keys()
      yield* scope.names()
    },
  }
}

function layersFor(play: PlayRun, host: HostRun, step: Step | undefined): VarLayer[] {
  const { options } = play.run
  const varsFiles = play.varsFiles.get(host.name)
  return [
    ...play.play.roleLayers,
    ...play.publicLayers,
    ...options.inventory.layersOf(host.name),
    { layer: 'facts', vars: host.factVars },
    { layer: 'play vars', vars: play.playVars },
    { layer: 'vars_prompt', vars: play.prompted },
    ...(varsFiles === undefined ? [] : [layer('vars_files', varsFiles)]),
    ...(step?.layers ?? []),
    { layer: 'include_vars', vars: host.includedVars },
    { layer: 'set_fact or register', vars: host.assigned },
    { layer: 'extra vars', vars: options.extraVars },
  ]
}

/** What is a host's own, whatever play and roles are under way. */
function ownLayers(play: PlayRun, host: HostRun): VarLayer[] {
  const { options } = play.run
  return [
    ...options.inventory.layersOf(host.name),
    { layer: 'facts', vars: host.factVars },
    { layer: 'include_vars', vars: host.includedVars },
    { layer: 'set_fact or register', vars: host.assigned },
    { layer: 'extra vars', vars: options.extraVars },
  ]
}

function layer(name: LayerName, vars: VarMap): VarLayer {
  return { layer: name, vars }
}

/** `hostvars`: every host's own variables, rendered with each other. Those of the play and its roles are none of them. */
export function hostvars(play: PlayRun): Value {
  const { inventory, engine } = play.run.options
  const one = (name: string): Value => {
    const host = play.run.host(name)
    const scope = scopeOf(play, host, { layers: ownLayers(play, host) })
    return new LazyRecord({
      get: (key) => {
        const binding = scope.get(key)
        return binding === undefined ? undefined : engine.render(binding.value, scope)
      },
      keys: () => scope.names(),
    })
  }
  const known = new Map<string, Value>()
  return new LazyRecord({
    get: (name) => {
      if (!inventory.hasHost(name)) return undefined
      const found = known.get(name) ?? one(name)
      known.set(name, found)
      return found
    },
    keys: () => inventory.hosts,
    missing: (name) => `hostvars['${name}']`,
  })
}
