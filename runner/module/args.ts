import { z } from 'zod'
import { Secret } from '../base/value.ts'

/**
 * Schema pieces with Ansible's conversions: a YAML `yes`, the string `"8080"` and `a,b,c` mean what users of Ansible
 * expect. zod's own `coerce` does not (`z.coerce.boolean()` makes `'no'` true).
 */

// Titles are the types that the module pages show.

const TRUE = new Set(['yes', 'on', '1', 'true', 't', 'y'])
const FALSE = new Set(['no', 'off', '0', 'false', 'f', 'n'])

/** A yes/no: booleans, 0/1 and the words yes, no, on, off, true, false, y, n, t, f in any case. */
export const bool = () =>
  z
    .union([z.boolean(), z.string(), z.number()])
    .transform((value, context) => {
      if (typeof value === 'boolean') return value
      const word = String(value).toLowerCase().trim()
      if (TRUE.has(word)) return true
      if (FALSE.has(word)) return false
      context.addIssue({ code: 'custom', message: `expected a yes/no value, got ${JSON.stringify(value)}` })
      return z.NEVER
    })
    .meta({ title: 'yes/no' })

/** An integer, or its digits as a string. */
export const int = () =>
  z
    .union([z.number(), z.string()])
    .transform((value, context) => {
      const number = typeof value === 'number' ? value : /^\s*[-+]?\d+\s*$/.test(value) ? Number(value) : Number.NaN
      if (Number.isSafeInteger(number)) return number
      context.addIssue({ code: 'custom', message: `expected an integer, got ${JSON.stringify(value)}` })
      return z.NEVER
    })
    .meta({ title: 'integer' })

/** A number with a fraction, or its text. */
export const float = () =>
  z
    .union([z.number(), z.string()])
    .transform((value, context) => {
      const number = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value)
      if (Number.isFinite(number)) return number
      context.addIssue({ code: 'custom', message: `expected a number, got ${JSON.stringify(value)}` })
      return z.NEVER
    })
    .meta({ title: 'number' })

/** A text; numbers and booleans are written as Ansible writes them (`True`, `8080`). */
export const str = () =>
  z
    .union([z.string(), z.number(), z.boolean()])
    .transform((value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)))
    .meta({ title: 'string' })

/** A path on the host; `~` is left to the host. */
export const path = () => z.string().min(1, 'expected a path').meta({ title: 'path' })

/** A list; a single value is a list of one, a string with commas is split. */
export const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value): unknown => {
    if (Array.isArray(value)) return value
    if (typeof value === 'string')
      return value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    return [value]
  }, z.array(item))

/** A text that stays a Secret: masked in results, diffs and logs, and never on a command line. */
export const secret = () =>
  z
    .union([z.string(), z.number(), z.instanceof(Secret)])
    .transform((value) => (value instanceof Secret ? value : new Secret(String(value))))
    .meta({ title: 'secret' })

/**
 * A file mode as Ansible reads it: octal number or text (`0644`, `'0644'`, `'644'`, `'u=rw,g=r,o='`). YAML's `0644` arrives as the number
 * 420. Numbers become an octal text; symbolic text is resolved against the old mode by `modules/_mode.ts`.
 */
export const mode = () =>
  z
    .union([
      z.number().int().min(0).max(0o7777),
      z
        .string()
        .regex(
          /^(0o?)?[0-7]{3,5}$|^([ugoa]*([-+=][rwxXstugo]*)+)(,[ugoa]*([-+=][rwxXstugo]*)+)*$/,
          'expected an octal or symbolic file mode',
        ),
    ])
    .transform((value) => (typeof value === 'number' ? `0${value.toString(8)}` : value))
    .meta({ title: 'file mode' })
