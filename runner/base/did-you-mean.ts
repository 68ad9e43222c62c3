import { nearest } from './nearest.ts'

/** "did you mean 'copy'?"; undefined where no name is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(name, candidates)
  return found === undefined ? undefined : `did you mean '${found}'?`
}
