export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the keys that are undefined, which would hide what lies below them. */
export function defined<T extends object>(patch: T): Defined<T> {
  const out: Defined<T> = { ...patch }
  for (const key in out) if (out[key] === undefined) Reflect.deleteProperty(out, key)
  return out
}
