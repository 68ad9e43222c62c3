import { readFile } from 'node:fs/promises'
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module'
import { fileURLToPath } from 'node:url'
import tsNode from 'ts-node'
import type { HookData } from './_user-modules.ts'

/** Runs in the loader's thread, which has a copy of this file of its own: the state below is its alone. */
let product: HookData = { entry: '', own: [] }

/** Types are taken away, not checked: checking is the editor's business and would cost seconds. */
const compiler = tsNode.create({
  swc: true,
  skipProject: true,
  ignore: [],
  compilerOptions: { module: 'esnext', moduleResolution: 'node', target: 'es2022' },
})

export const initialize: InitializeHook<HookData> = (data) => {
  product = data
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  if (specifier === 'stackrun') return { url: product.entry, shortCircuit: true }
  const resolved = await next(specifier, context)
  return isUserTypeScript(resolved.url) || isUserJavaScript(resolved.url) ? { ...resolved, format: 'module' } : resolved
}

export const load: LoadHook = async (url, context, next) => {
  if (!isUserTypeScript(url)) return next(url, context)
  const file = fileURLToPath(url)
  return { format: 'module', source: compiler.compile(await readFile(file, 'utf8'), file), shortCircuit: true }
}

function isUserTypeScript(url: string): boolean {
  return /^file:.*\.m?ts$/.test(url) && !isOwn(url)
}

/** A folder of modules seldom has the package.json that would tell Node that they are ES modules. */
function isUserJavaScript(url: string): boolean {
  return /^file:.*\.js$/.test(url) && !url.includes('/node_modules/') && !isOwn(url)
}

function isOwn(url: string): boolean {
  return product.own.some((folder) => url.startsWith(folder))
}
