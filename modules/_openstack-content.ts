import { createHash } from 'node:crypto'
import type { Failure } from '../runner/module/index.ts'
import {
  args as arg,
  type DigestAlgorithm,
  fail,
  type HttpAction,
  type ModuleContext,
  type ReadOnlyHost,
  UnknownState,
  z,
} from '../runner/module/index.ts'
import { expandPath } from './_expand.ts'
import { requireProgram } from './_program.ts'

/** Where the bytes of an upload come from. */
export const fileArguments = {
  filename: arg.path().optional().describe('A file of the managed host, which sends it itself (with curl).'),
  src: z
    .string()
    .min(1)
    .optional()
    .describe("Extension: a file of the controller, a path or a name in the role's or playbook's `files` folder."),
}

export interface Content {
  readonly body: NonNullable<HttpAction['request']['body']>
  /** For a person. */
  readonly from: string
  readonly size: number | undefined
  /** Undefined where it cannot be known before the bytes are there. */
  readonly digest: (algorithm: DigestAlgorithm) => Promise<string | undefined>
}

export function bytesContent(text: string, from: string): Content {
  const bytes = Buffer.from(text, 'utf8')
  return {
    body: bytes,
    from,
    size: bytes.length,
    digest: (algorithm) => Promise.resolve(createHash(algorithm).update(bytes).digest('hex')),
  }
}

/** A file of the controller. @throws RunnerError `not-found` */
export async function localContent(context: ModuleContext, src: string): Promise<Content | Failure> {
  const path = await context.local.find('files', src)
  const { type, size } = await context.local.stat(path)
  if (type === 'directory') return fail(`${path} is a folder`)
  return { body: { local: path }, from: path, size, digest: (algorithm) => context.local.digest(path, algorithm) }
}

/** A file of the host. */
export async function hostContent(host: ReadOnlyHost, filename: string): Promise<Content | Failure> {
  const path = await expandPath(host, filename)
  const [file, missing] = await Promise.all([host.file(path, { follow: true }), requireCurl(host)])
  if (missing !== undefined) return missing
  const content = { body: { remote: path }, from: path, digest: (algorithm: DigestAlgorithm) => hostDigest(host, path, algorithm) }
  if (file.type === 'file') return { ...content, size: file.size }
  return file.type === 'unknown' ? { ...content, size: undefined } : fail(`there is no file ${path} on the host`, { hint: WHERE })
}

const WHERE = 'filename is a path on the managed host; src is a file of the controller'

export function requireCurl(host: ReadOnlyHost): Promise<Failure | undefined> {
  return requireProgram(host, 'curl', 'install the package curl, or give a file of the controller with src')
}

/** In check mode a file that an earlier task is to make has no digest yet. */
async function hostDigest(host: ReadOnlyHost, path: string, algorithm: DigestAlgorithm): Promise<string | undefined> {
  try {
    const { rc, stdout, stderr } = await host.query([`${algorithm}sum`, '--', path], { timeout: 3_600_000 })
    const sum = /^\\?([0-9a-f]+) /.exec(stdout)?.[1]
    if (rc === 0 && sum !== undefined) return sum
    if (host.predicted) return undefined
    throw new Error(`${algorithm}sum cannot read ${path}: ${stderr.trim()}`)
  } catch (error) {
    if (error instanceof UnknownState) return undefined
    throw error
  }
}

/** The one of several ways to say where the bytes are that a task uses. */
export async function readContent(
  host: ReadOnlyHost,
  args: { readonly filename?: string | undefined; readonly src?: string | undefined },
  context: ModuleContext,
): Promise<Content | Failure | undefined> {
  if (args.src !== undefined) return localContent(context, args.src)
  return args.filename === undefined ? undefined : hostContent(host, args.filename)
}
