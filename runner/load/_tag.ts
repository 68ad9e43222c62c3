import { located, RunnerError } from '../base/error.ts'
import type { Source } from '../base/source.ts'
import { Secret, type Value } from '../base/value.ts'
import { makeFloat, resolveNumber, resolvePlain } from './_scalar.ts'
import type { Node } from './node.ts'

export interface TagOptions {
  readonly decrypt?: ((text: string) => string) | undefined
}

/** A node with an explicit tag: the standard ones, and Ansible's `!vault`. */
export function resolveTagged(tag: string, node: Node, options: TagOptions): Node {
  const name = tag.replace(/^tag:yaml\.org,2002:/, '!!')
  if (name === '!vault' || name === '!vault-encrypted')
    return new VaultedNode(typeof node.value === 'string' ? node.value : '', node.source, options)
  const resolve = TAGS[name]
  if (resolve === undefined)
    throw new RunnerError('yaml', `the YAML tag ${name} is not known`, {
      source: node.source,
      hint: 'known are !unsafe, !vault and the standard !! tags',
    })
  const value = resolve(node)
  if (value === undefined) throw new RunnerError('yaml', `the value does not fit its tag ${name}`, { source: node.source })
  return { ...node, value }
}

const TAGS: Readonly<Record<string, (node: Node) => Value | undefined>> = {
  '!!str': (node) => node.value,
  '!!timestamp': (node) => node.value,
  '!!map': (node) => node.value,
  '!!omap': (node) => node.value,
  '!!set': (node) => node.value,
  '!!seq': (node) => node.value,
  '!!pairs': (node) => node.value,
  '!!null': () => null,
  '!!bool': (node) => (typeof node.value === 'string' ? asBoolean(resolvePlain(node.value)) : undefined),
  '!!int': (node) => (typeof node.value === 'string' ? asInteger(resolveNumber(node.value)) : undefined),
  '!!float': (node) => (typeof node.value === 'string' ? asFloat(resolveNumber(node.value) ?? Number(node.value)) : undefined),
  '!!binary': (node) => (typeof node.value === 'string' ? Buffer.from(node.value, 'base64').toString('utf8') : undefined),
}

function asBoolean(value: Value | undefined): Value | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function asInteger(value: Value | undefined): Value | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

function asFloat(value: Value): Value | undefined {
  return typeof value === 'number' && !Number.isNaN(value) ? makeFloat(value) : typeof value === 'number' ? undefined : value
}

/** Opened when first read: runs that never touch the value need no vault password. */
export class VaultedNode implements Node {
  readonly source: Source
  readonly #text: string
  readonly #options: TagOptions
  #opened: Secret | undefined

  constructor(text: string, source: Source, options: TagOptions) {
    this.source = source
    this.#text = text
    this.#options = options
  }

  get value(): Value {
    this.#opened ??= this.#open()
    return this.#opened
  }

  #open(): Secret {
    if (this.#options.decrypt === undefined) {
      throw new RunnerError('variable', 'the value is encrypted and no vault password was given', {
        source: this.source,
        hint: 'give --ask-vault-pass or --vault-password-file',
      })
    }
    try {
      return new Secret(this.#options.decrypt(this.#text))
    } catch (error) {
      throw located(error, this.source)
    }
  }
}
