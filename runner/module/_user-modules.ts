import { register } from 'node:module'

const here = import.meta.url
const extension = here.endsWith('.ts') ? '.ts' : '.js'
let registered = false

/** What the loader's thread is told. */
export interface HookData {
  /** The URL that the name `stackrun` means. */
  readonly entry: string
  /** Folders of the product's own code, which has a loader already or needs none. */
  readonly own: readonly string[]
}

/**
 * From now on this process can import the user's own TypeScript modules, wherever they lie, and in them the name
 * `stackrun` means this very product. Stack traces show the lines of the user's source. A process can register a
 * loader but never take it back, hence the flag.
 */
export function supportUserModules(): void {
  if (registered) return
  registered = true
  process.setSourceMapsEnabled(true)
  const data: HookData = {
    entry: new URL(`./index${extension}`, here).href,
    own: ['runner/', 'modules/', 'lab/'].map((folder) => new URL(`../../${folder}`, here).href),
  }
  register(`./_user-hooks${extension}`, { parentURL: here, data })
}
