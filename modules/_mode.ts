/** File modes as text, `0644` or `u=rw,g=r,o=`, and as numbers. */

type Who = 'u' | 'g' | 'o'

export interface ModeContext {
  /** The mode that symbolic text starts from. */
  readonly current: number
  /** `X` sets execution on directories. */
  readonly directory: boolean
  /** Bits that a clause without `u`, `g`, `o` or `a` leaves alone. */
  readonly umask: number
}

const CLASSES: readonly Who[] = ['u', 'g', 'o']
const SHIFT: Readonly<Record<Who, number>> = { u: 6, g: 3, o: 0 }
const SPECIAL: Readonly<Record<Who, number>> = { u: 0o4000, g: 0o2000, o: 0 }

/** The permission bits that a mode argument asks for. */
export function resolveMode(mode: string, context: ModeContext): number {
  if (/^(0o?)?[0-7]+$/.test(mode)) return Number.parseInt(mode.replace(/^0o/, ''), 8) & 0o7777
  return mode.split(',').reduce((bits, clause) => applyClause(bits, clause, context), context.current)
}

/** `0644`, as Ansible's results have it. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

function applyClause(start: number, clause: string, context: ModeContext): number {
  const parsed = /^([ugoa]*)(.*)$/.exec(clause)
  const letters = parsed?.[1] ?? ''
  const masked = letters === ''
  const who = letters === '' || letters.includes('a') ? CLASSES : CLASSES.filter((one) => letters.includes(one))
  let bits = start
  for (const [, operator = '', permissions = ''] of (parsed?.[2] ?? '').matchAll(/([-+=])([rwxXstugo]*)/g)) {
    const wanted =
      who.reduce<number>((sum, one) => sum | permissionBits(permissions, one, bits, context), 0) & (masked ? ~context.umask : ~0)
    if (operator === '+') bits |= wanted
    else if (operator === '-') bits &= ~wanted
    else bits = (bits & ~who.reduce<number>((sum, one) => sum | classBits(one, permissions), 0)) | wanted
  }
  return bits & 0o7777
}

/** What `=` clears: the class's rwx and its special bit; the sticky bit only where it is named. */
function classBits(who: Who, permissions: string): number {
  return (0o7 << SHIFT[who]) | SPECIAL[who] | (permissions.includes('t') ? 0o1000 : 0)
}

function permissionBits(permissions: string, who: Who, bits: number, context: ModeContext): number {
  let out = 0
  for (const letter of permissions) out |= letterBits(letter, who, bits, context)
  return out
}

function letterBits(letter: string, who: Who, bits: number, context: ModeContext): number {
  const shift = SHIFT[who]
  switch (letter) {
    case 'r':
      return 4 << shift
    case 'w':
      return 2 << shift
    case 'x':
      return 1 << shift
    case 'X':
      return context.directory || (bits & 0o111) !== 0 ? 1 << shift : 0
    case 's':
      return SPECIAL[who]
    case 't':
      return 0o1000
    case 'u':
      return ((bits >> 6) & 7) << shift
    case 'g':
      return ((bits >> 3) & 7) << shift
    default:
      return (bits & 7) << shift
  }
}
