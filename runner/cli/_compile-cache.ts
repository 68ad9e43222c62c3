import module from 'node:module'

/** Node 22.1 and newer keep compiled code on disk, which takes a third off a start; older ones have no such thing. */
export function enableCompileCache(): void {
  const enable: unknown = Reflect.get(module, 'enableCompileCache')
  if (typeof enable === 'function') Reflect.apply(enable, module, [])
}
