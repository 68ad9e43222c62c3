import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { RunnerError } from '../base/error.ts'
import { isFolder } from '../base/paths.ts'
import type { Io } from './io.ts'
import { SETTINGS, type SettingName } from './settings.ts'

/** A setting of ansible by its name in the environment and in ansible.cfg. */
export interface Setting {
  readonly env?: string | undefined
  readonly key: string
  /** Default `defaults`. */
  readonly section?: string | undefined
  /** A second place in ansible.cfg, which counts where the first says nothing. */
  readonly elsewhere?: Pick<Setting, 'key' | 'section'> | undefined
}

/** What ansible.cfg and the environment say; the environment wins, an empty variable counts as not set. */
export interface AnsibleConfig {
  /** The ansible.cfg that is used. */
  readonly file: string | undefined
  /** The ansible.cfg here that is not used, for others may write here. */
  readonly ignored: string | undefined
  text(name: SettingName): string | undefined
  /** A setting as it was given, and where. */
  lookUp(setting: Setting): { readonly text: string; readonly origin: string } | undefined
  /** An absolute path; a relative one in a file is relative to that file's folder. */
  path(name: SettingName): string | undefined
  /** Absolute paths, separated by colons. */
  paths(name: SettingName): readonly string[]
  /** @throws RunnerError `options` for a word that is neither yes nor no, with the setting and where the value came from */
  bool(name: SettingName, fallback: boolean): boolean
  /** @throws RunnerError `options` */
  int(name: SettingName, fallback: number): number
}

export function readAnsibleConfig(io: Io): AnsibleConfig {
  const { file, ignored } = configFile(io)
  const sections = file === undefined ? new Map<string, ReadonlyMap<string, string>>() : parseIni(readFileSync(file, 'utf8'))
  const lookUp = (setting: Setting): Found | undefined => {
    const env = setting.env === undefined ? '' : (io.env[setting.env] ?? '')
    if (env !== '') return { text: env, origin: `the environment variable ${setting.env ?? ''}`, folder: io.cwd }
    const places = [setting, ...(setting.elsewhere === undefined ? [] : [setting.elsewhere])]
    const place = places.find(({ section, key }) => sections.get(section ?? 'defaults')?.has(key) === true)
    const text = place === undefined ? undefined : sections.get(place.section ?? 'defaults')?.get(place.key)
    if (text === undefined || place === undefined || file === undefined) return undefined
    return { text, origin: `${place.key} in ${file}`, folder: dirname(file) }
  }
  const found = (name: SettingName): Found | undefined => lookUp(SETTINGS[name])
  const absolute = (path: string, folder: string): string => resolve(folder, path.replace(/^~(?=\/|$)/, io.env['HOME'] ?? homedir()))
  return {
    file,
    ignored,
    text: (name) => found(name)?.text,
    lookUp,
    path(name) {
      const value = found(name)
      return value === undefined ? undefined : absolute(value.text, value.folder)
    },
    paths(name) {
      const value = found(name)
      const parts = (value?.text ?? '').split(':').filter((part) => part.trim() !== '')
      return parts.map((part) => absolute(part.trim(), value?.folder ?? io.cwd))
    },
    bool(name, fallback) {
      const value = found(name)
      return value === undefined ? fallback : boolOf(value)
    },
    int(name, fallback) {
      const value = found(name)
      return value === undefined ? fallback : intOf(value)
    },
  }
}

interface Found {
  readonly text: string
  readonly origin: string
  /** What a relative path is relative to. */
  readonly folder: string
}

/** ANSIBLE_CONFIG, ./ansible.cfg (not where others may write), ~/.ansible.cfg, /etc/ansible/ansible.cfg: the first that exists. */
function configFile(io: Io): Pick<AnsibleConfig, 'file' | 'ignored'> {
  const named = io.env['ANSIBLE_CONFIG'] ?? ''
  if (named !== '') {
    const path = resolve(io.cwd, named)
    const file = isFolder(path) ? join(path, 'ansible.cfg') : path
    if (existsSync(file)) return { file, ignored: undefined }
  }
  const here = join(io.cwd, 'ansible.cfg')
  const writable = ((statSync(io.cwd, { throwIfNoEntry: false })?.mode ?? 0) & 0o002) !== 0
  const ignored = writable && existsSync(here) ? here : undefined
  const places = [...(writable ? [] : [here]), join(io.env['HOME'] ?? homedir(), '.ansible.cfg'), '/etc/ansible/ansible.cfg']
  return { file: places.find((path) => existsSync(path)), ignored }
}

function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let current = new Map<string, string>()
  for (const line of text.split('\n')) {
    const bare = line.replace(/^\s*[#;].*$/, '').replace(/\s+;.*$/, '')
    const section = /^\[(.+)\]\s*$/.exec(bare)?.[1]
    if (section !== undefined) {
      current = sections.get(section) ?? new Map<string, string>()
      sections.set(section, current)
      continue
    }
    const pair = /^\s*([^=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(bare)
    if (pair !== null) current.set((pair[1] ?? '').toLowerCase(), pair[2] ?? '')
  }
  return sections
}

const YES = new Set(['y', 'yes', 'on', '1', 'true', 't'])
const NO = new Set(['n', 'no', 'off', '0', 'false', 'f'])

function boolOf({ text, origin }: Found): boolean {
  const word = text.toLowerCase().trim()
  if (YES.has(word)) return true
  if (NO.has(word)) return false
  throw new RunnerError('options', `${origin} must be yes or no, not '${text}'`)
}

function intOf({ text, origin }: Found): number {
  if (/^-?\d+$/.test(text.trim())) return Number(text)
  throw new RunnerError('options', `${origin} must be a whole number, not '${text}'`)
}
