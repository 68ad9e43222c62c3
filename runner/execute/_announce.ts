import type { ApplySession, ApplyTarget } from './apply.ts'

/** A target whose host runs the script before anything else is done: in the first request, or before the controller's first part. */
export function announcing(target: ApplyTarget, script: string): ApplyTarget {
  const { session, httpOver } = target
  let announced = false
  const announce = async (): Promise<void> => {
    if (announced) return
    announced = true
    await session.request({ script, signal: target.signal })
  }
  const first: ApplySession = {
    ...session,
    request(request) {
      if (announced) return session.request(request)
      announced = true
      return session.request({ ...request, script: `${script}\n${request.script}` })
    },
    async upload(file) {
      await announce()
      return session.upload(file)
    },
  }
  return {
    ...target,
    session: first,
    async httpOver(...args) {
      await announce()
      return httpOver(...args)
    },
  }
}
