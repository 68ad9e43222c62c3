import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChildOptions, type ChildResult, must, run } from '../lab/child.ts'
import { readMirror } from '../lab/mirror.ts'

/** A tree with Debian 13's ansible-core in it, to compare with; nothing of it is installed on this machine. */
export interface Ansible {
  readonly root: string
  /** Runs a program of the tree. It sees the given folders of this machine under their own paths. */
  run(argv: readonly [string, ...string[]], options: AnsibleRun): Promise<ChildResult>
}

export interface AnsibleRun extends ChildOptions {
  readonly folders: readonly string[]
}

export interface AnsibleOptions {
  readonly signal: AbortSignal
  readonly say: (text: string) => void
  /** The tree; default STACKRUN_ANSIBLE, else /var/tmp/trixie where there is one, else /var/tmp/stackrun-ansible. */
  readonly root?: string | undefined
}

/** The tree, built where it is missing (about half a minute). Needs root, and mmdebstrap on this machine. */
export async function ensureAnsible(options: AnsibleOptions): Promise<Ansible> {
  const root =
    options.root ??
    process.env['STACKRUN_ANSIBLE'] ??
    ((await isThere('/var/tmp/trixie')) ? '/var/tmp/trixie' : '/var/tmp/stackrun-ansible')
  if (!(await isThere(join(root, '.ready')))) await build(root, options)
  return { root, run: (argv, how) => runInside(root, argv, how) }
}

const BUILD = `
test -e "$1/.ready" && exit 0
rm -rf "$1"
mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --include=ansible-core,openssh-client,python3,git,xz-utils,unzip,cron trixie "$1" "$2" && : > "$1/.ready"
`

async function build(root: string, { signal, say }: AnsibleOptions): Promise<void> {
  say(`building ${root} with Debian 13's ansible-core`)
  const { debian } = await readMirror(signal)
  await must(['flock', `${root}.lock`, 'sh', '-c', BUILD, 'sh', root, debian], { signal, timeout: 900 })
}

/** The mounts live in a namespace of the program's own, so that none is left over however it ends. */
const ENTER = `
root=$1 cwd=$2; shift 2
while [ "$1" != -- ]; do mount --rbind "$1" "$root$1"; shift; done; shift
exec chroot "$root" /usr/bin/env -C "$cwd" "$@"
`

async function runInside(root: string, argv: readonly [string, ...string[]], options: AnsibleRun): Promise<ChildResult> {
  const folders = ['/proc', '/dev', '/sys', ...options.folders]
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true })
  const enter = [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-ec',
    ENTER,
    'sh',
    root,
    options.cwd ?? '/',
    ...folders,
    '--',
    ...argv,
  ] as const
  return run([enter[0], ...enter.slice(1)], { ...options, cwd: '/' })
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isDirectory() || readdir(path).then((names) => names.length > 0),
    () => false,
  )
}
