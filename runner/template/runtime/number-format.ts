import { floatText } from './text.ts'

/** A size (no sign) in C's e, f or g notation. */
export function formatFloat(size: number, type: string, digits: number): string {
  if (!Number.isFinite(size)) return type === type.toUpperCase() ? floatText(size).toUpperCase() : floatText(size)
  const text =
    type.toLowerCase() === 'f' ? fixed(size, digits) : type.toLowerCase() === 'e' ? exponent(size, digits) : general(size, digits)
  return type === type.toUpperCase() ? text.toUpperCase() : text
}

/** Rounds the exact binary value, half to even, as Python does; `toFixed` alone rounds a half up. */
export function fixed(size: number, digits: number): string {
  if (digits > 100) return size.toFixed(100).padEnd(digits, '0')
  const text = size.toFixed(digits)
  const exact = size.toFixed(100).replace(/0+$/, '')
  const at = exact.indexOf('.') + 1 + digits
  const tie = digits <= 20 && size < 2 ** 53 && exact.slice(at) === '5'
  const even = Number(exact[digits === 0 ? at - 2 : at - 1] ?? '0') % 2 === 0
  return tie && even ? (digits === 0 ? exact.slice(0, at - 1) : exact.slice(0, at)) : text
}

function exponent(size: number, digits: number): string {
  return size.toExponential(Math.min(100, digits)).replace(/e([+-])(\d)$/, 'e$10$2')
}

function general(size: number, digits: number): string {
  const precision = Math.max(1, digits)
  if (size === 0) return '0'
  const power = Number(size.toExponential(precision - 1).split('e')[1])
  if (power < -4 || power >= precision) return trimZeros(exponent(size, precision - 1))
  return trimZeros(size.toFixed(Math.max(0, precision - 1 - power)))
}

function trimZeros(text: string): string {
  const [digits = '', power] = text.split('e')
  const kept = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
  return power === undefined ? kept : `${kept}e${power}`
}

/** Pads to a width by printf's flags: `-` left, `0` zeros after the sign. */
export function pad(text: string, width: number, flags: string, number: boolean): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (!number || !flags.includes('0')) return text.padStart(width)
  const sign = /^[+\- ]?(?:0[xXo])?/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}
