import { fileURLToPath } from 'node:url'

const COMPILED = import.meta.url.endsWith('.js')

/** A file that belongs to the product, whether it runs from its sources or from `dist/`. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`${COMPILED ? '../../../' : '../../'}${path}`, import.meta.url))
}

/** The folder of the product's own modules: compiled in `dist/`, TypeScript in the sources. */
export function moduleFolder(): string {
  return fileURLToPath(new URL('../../modules/', import.meta.url))
}
