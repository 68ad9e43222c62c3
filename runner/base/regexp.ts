/** A text as a regular expression that means it alone. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** The source of a regular expression for a pattern as Python's fnmatch takes it: `*`, slashes too, `?`, `[ab]`, `[!ab]`. */
export function fnmatchSource(pattern: string): string {
  return pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^')
}
