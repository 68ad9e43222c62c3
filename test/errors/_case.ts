import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

export const AREAS = ['yaml', 'jinja', 'arguments', 'variables', 'inventory', 'vault', 'handlers', 'includes'] as const

const CASES = z.array(
  z.strictObject({
    area: z.enum(AREAS),
    name: z.string(),
    args: z.array(z.string()).default([]),
    /** Texts by path; `play.yml` is the playbook. */
    files: z.record(z.string(), z.string()),
  }),
)

/** An input with one mistake in it. */
export type ErrorCase = z.output<typeof CASES>[number]

export const CASE_LIST: readonly ErrorCase[] = CASES.parse(parse(readFileSync(join(import.meta.dirname, 'cases.yml'), 'utf8')))

/** Does something in a folder with the case's files, which is gone afterwards. */
export async function inFolder<T>(each: ErrorCase, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'stackrun-broken-'))
  try {
    for (const [path, text] of Object.entries(each.files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a program said of the mistake: its errors without the frame of a run (banners, recaps, what went well), paths from the folder. */
export interface Said {
  readonly exit: number
  readonly lines: readonly string[]
}
