import { RunnerError } from '../base/error.ts'

/** A whole number of an option, within bounds. @throws RunnerError `options` */
export function wholeNumber(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value >= 1) return value
  throw new RunnerError('options', `${flag} needs a whole number of at least 1, not '${text}'`)
}

/** One of the words an option knows. @throws RunnerError `options` */
export function choice<T extends string>(flag: string, text: string | undefined, choices: readonly T[]): T | undefined {
  if (text === undefined) return undefined
  const found = choices.find((each) => each === text)
  if (found !== undefined) return found
  throw new RunnerError('options', `${flag} knows ${choices.join(', ')}, not '${text}'`)
}

/** `a,b` and repeated options as one list; empty pieces do not count. */
export function commaList(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
