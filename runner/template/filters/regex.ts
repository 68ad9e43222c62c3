import type { Args } from '../runtime/arguments.ts'
import { fail } from '../runtime/errors.ts'
import { pythonRegExp, template } from '../runtime/regex.ts'
import { str } from '../runtime/text.ts'
import type { Val } from '../runtime/types.ts'
import { type FilterTable, texts } from './define.ts'

function flagsOf(args: Args): { readonly ignoreCase: boolean; readonly multiline: boolean } {
  return { ignoreCase: args.flag('ignorecase', false), multiline: args.flag('multiline', false) }
}

function replace(input: Val, args: Args): Val {
  const pattern = pythonRegExp(args.text('pattern', ''), flagsOf(args), 'g')
  const by = template(args.text('replacement', ''))
  const most = args.number('count', 0) || Infinity
  let done = 0
  const out = str(input).replace(pattern, (...match: unknown[]) => {
    done += 1
    return done > most ? str(typeof match[0] === 'string' ? match[0] : '') : by(match)
  })
  const wanted = args.number('mandatory_count', 0)
  if (wanted > 0 && wanted !== Math.min(done, most))
    fail(`'${args.text('pattern')}' should match ${String(wanted)} times, but matches ${String(done)} times in '${str(input)}'`)
  return out
}

function search(input: Val, args: Args): Val {
  const match = pythonRegExp(args.text('regex'), flagsOf(args), '').exec(str(input))
  const wanted = args.rest.map(groupName)
  if (match === null) return null
  if (wanted.length === 0) return match[0]
  return wanted.map(
    (name) =>
      (typeof name === 'number' ? match[name] : match.groups?.[name]) ??
      (typeof name === 'number' && name >= match.length ? fail('no such group') : null),
  )
}

function groupName(value: Val): number | string {
  const text = str(value)
  const number = /^\\(\d+)$/.exec(text)?.[1]
  const name = /^\\g<(\S+)>$/.exec(text)?.[1]
  if (number !== undefined) return Number(number)
  if (name !== undefined) return /^\d+$/.test(name) ? Number(name) : name
  return fail('Unknown argument')
}

function findAll(input: Val, args: Args): Val {
  return [...str(input).matchAll(pythonRegExp(args.text('regex'), flagsOf(args), 'g'))].map((match) => {
    if (match.length === 1) return match[0]
    return match.length === 2 ? (match[1] ?? '') : match.slice(1).map((group: string | undefined) => group ?? '')
  })
}

const SPECIAL_PYTHON = /[\\^$.|?*+()[\]{}\-&~#\s]/g

function escape(input: Val, args: Args): Val {
  const type = args.text('re_type', 'python')
  if (type === 'python') return str(input).replace(SPECIAL_PYTHON, '\\$&')
  if (type === 'posix_basic') return str(input).replace(/[[\].^$*\\]/g, '\\$&')
  return fail(`Invalid regex type (${type})`)
}

export const REGEXES: FilterTable = [
  texts('regex_replace', ['pattern', 'replacement', 'ignorecase', 'multiline', 'count', 'mandatory_count'], replace),
  texts('regex_search', ['regex', '*rest', 'ignorecase', 'multiline'], search),
  texts('regex_findall', ['regex', 'multiline', 'ignorecase'], findAll),
  texts('regex_escape', ['re_type'], escape),
]
