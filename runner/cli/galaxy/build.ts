import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { RunnerError } from '../../base/error.ts'
import { fnmatchSource } from '../../base/regexp.ts'
import { isList, isRecord, toPlain } from '../../base/value.ts'
import { readSource } from '../../load/source-file.ts'
import { parseYaml } from '../../load/yaml.ts'
import { type CollectionInfo, type CollectionTree, readInfo, readManifest, sumOf } from './manifest.ts'
import type { TreeEntry } from './tree.ts'

/** A collection made of the folder of its sources (galaxy.yml) or of an installed one (MANIFEST.json). */
export function buildCollection(folder: string): CollectionTree {
  const { info, ignored } = describe(folder)
  const entries = entriesBelow(folder, ignored)
  const files = Buffer.from(json({ files: [ROOT, ...entries.map(listed)], format: 1 }))
  const manifest = Buffer.from(json(manifestOf(info, sumOf(files))))
  return {
    info,
    entries: [
      { path: 'MANIFEST.json', type: 'file', content: manifest, executable: false },
      { path: 'FILES.json', type: 'file', content: files, executable: false },
      ...entries,
    ],
  }
}

export function isCollectionFolder(folder: string): boolean {
  return ['galaxy.yml', 'galaxy.yaml', 'MANIFEST.json'].some((name) => existsSync(join(folder, name)))
}

/** What the folder says of its collection, and what it leaves out. */
export function describe(folder: string): { readonly info: CollectionInfo; readonly ignored: readonly string[] } {
  const galaxy = ['galaxy.yml', 'galaxy.yaml'].map((name) => join(folder, name)).find((file) => existsSync(file))
  if (galaxy === undefined) {
    const file = join(folder, 'MANIFEST.json')
    if (!existsSync(file)) throw new RunnerError('not-found', `${folder} is no collection: it has no galaxy.yml and no MANIFEST.json`)
    return { info: readManifest(readFileSync(file), file).collection_info, ignored: [] }
  }
  const value = parseYaml(readSource(galaxy))?.value ?? null
  const more = isRecord(value) ? value['build_ignore'] : undefined
  return {
    info: readInfo(toPlain(value), galaxy),
    ignored: more !== undefined && isList(more) ? more.map((item) => String(toPlain(item))) : [],
  }
}

const ROOT = { name: '.', ftype: 'dir', chksum_type: null, chksum_sha256: null, format: 1 }
const IGNORED = ['MANIFEST.json', 'FILES.json', 'galaxy.yml', 'galaxy.yaml', '.git', '*.pyc', '*.retry', 'tests/output']
const IGNORED_FOLDERS = new Set(['CVS', '.bzr', '.hg', '.git', '.svn', '__pycache__', '.tox'])

function entriesBelow(folder: string, ignored: readonly string[]): readonly TreeEntry[] {
  const patterns = [...IGNORED, '*-*-*.tar.gz', ...ignored].map((pattern) => new RegExp(`^${fnmatchSource(pattern)}$`, 's'))
  const root = realpathSync(folder)
  const walk = (below: string): readonly TreeEntry[] =>
    readdirSync(join(root, below))
      .sort()
      .flatMap((name) => {
        const path = below === '' ? name : `${below}/${name}`
        if (IGNORED_FOLDERS.has(name) || patterns.some((pattern) => pattern.test(path))) return []
        const entry = entryAt(root, path)
        if (entry === undefined) return []
        return entry.type === 'directory' ? [entry, ...walk(path)] : [entry]
      })
  return walk('')
}

/** Links are followed to files; one to a folder of the collection stays a link, one to the outside is left out. */
function entryAt(root: string, path: string): TreeEntry | undefined {
  const full = join(root, path)
  const stat = statSync(full, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (stat.isFile()) return { path, type: 'file', content: readFileSync(full), executable: (stat.mode & 0o100) !== 0 }
  if (!stat.isDirectory()) return undefined
  if (!lstatSync(full).isSymbolicLink()) return { path, type: 'directory' }
  const target = realpathSync(full)
  if (!target.startsWith(root + sep)) return undefined
  const up = '../'.repeat(path.split('/').length - 1)
  return { path, type: 'link', target: up + target.slice(root.length + 1) }
}

function listed(entry: TreeEntry): Readonly<Record<string, unknown>> {
  if (entry.type !== 'file') return { name: entry.path, ftype: 'dir', chksum_type: null, chksum_sha256: null, format: 1 }
  return { name: entry.path, ftype: 'file', chksum_type: 'sha256', chksum_sha256: sumOf(entry.content), format: 1 }
}

const TEXTS = ['description', 'license_file', 'repository', 'documentation', 'homepage', 'issues'] as const

function manifestOf(info: CollectionInfo, sum: string): Readonly<Record<string, unknown>> {
  const { namespace, name, version, dependencies } = info
  return {
    collection_info: {
      namespace,
      name,
      version,
      authors: info['authors'] ?? [],
      readme: info['readme'] ?? 'README.md',
      tags: info['tags'] ?? [],
      license: info['license'] ?? [],
      dependencies,
      ...Object.fromEntries(TEXTS.map((key) => [key, info[key] ?? null])),
    },
    file_manifest_file: { name: 'FILES.json', ftype: 'file', chksum_type: 'sha256', chksum_sha256: sum, format: 1 },
    format: 1,
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 1)
}
