import { run } from './child.ts'

/** Where the lab's packages come from: what this machine's own apt is configured with, else Debian's address. */
export interface Mirror {
  readonly debian: string
  readonly security: string
  readonly proxy?: string | undefined
}

/** The addresses the lab's hosts know. The package cache maps them to this machine's mirror, so that no host sees that or its credentials. */
export const CANONICAL: Mirror = {
  debian: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
}

/** Reads the mirror and the proxy of this machine's apt. */
export async function readMirror(signal: AbortSignal): Promise<Mirror> {
  const targets = await run(['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], { signal })
  const proxy = await run(['apt-config', '--format', '%v%n', 'dump', 'Acquire::http::Proxy'], { signal })
  return chooseMirror(targets.stdout, proxy.stdout, process.env['http_proxy'])
}

/** The mirror out of apt's list of repositories and its proxy setting. */
export function chooseMirror(repositories: string, proxySetting: string, environmentProxy?: string): Mirror {
  const uris = repositories.split('\n').map((line) => line.trim().replace(/\/+$/, ''))
  const found = (ending: RegExp): string | undefined => uris.find((uri) => /^https?:/.test(uri) && ending.test(uri))
  const proxy = proxySetting.trim() || environmentProxy || ''
  return {
    debian: found(/\/debian$/) ?? CANONICAL.debian,
    security: found(/\/debian-security$/) ?? CANONICAL.security,
    ...(/^https?:/.test(proxy) ? { proxy } : {}),
  }
}
