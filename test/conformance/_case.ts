import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Outcome, stable, tidied, unhurried } from './_outcome.ts'

/** A folder of `cases/AREA`: playbooks of our own, and what ansible-core answered to them. */
export interface Case {
  /** `AREA/NAME` */
  readonly id: string
  readonly folder: string
  readonly settings: Settings
}

const ASPECTS = ['exit', 'stdout', 'stderr', 'results'] as const
export type Aspect = (typeof ASPECTS)[number]

const settingsSchema = z.strictObject({
  /** The program that is called, by the name that ansible gives it. */
  tool: z.string().default('ansible-playbook'),
  args: z.array(z.string()).default(['-i', 'hosts.ini', 'site.yml']),
  env: z.record(z.string(), z.string()).default({}),
  /** What is typed. */
  input: z.string().default(''),
  /** What we do otherwise on purpose, and why; our own answer is kept beside ansible's. */
  differs: z.partialRecord(z.enum(ASPECTS), z.string()).default({}),
})
export type Settings = z.infer<typeof settingsSchema>

export const HERE = import.meta.dirname
const CASES = join(HERE, 'cases')

export function areas(): readonly string[] {
  return readdirSync(CASES).sort()
}

export function casesOf(area: string): readonly Case[] {
  return readdirSync(join(CASES, area))
    .sort()
    .map((name) => readCase(`${area}/${name}`))
}

function readCase(id: string): Case {
  const folder = join(CASES, id)
  const file = join(folder, 'case.yml')
  return { id, folder, settings: settingsSchema.parse(existsSync(file) ? parse(readFileSync(file, 'utf8')) : {}) }
}

const outcomeSchema = z.strictObject({
  exit: z.number(),
  stdout: z.array(z.string()),
  stderr: z.array(z.string()),
  results: z.array(z.strictObject({ task: z.string(), host: z.string(), status: z.string(), data: z.record(z.string(), z.unknown()) })),
})

export type Answer = { readonly [A in Aspect]?: Outcome[A] | undefined }

export type Speaker = 'ansible' | 'ours'

export function answerFile(each: Case, speaker: Speaker): string {
  return join(each.folder, speaker === 'ansible' ? 'answer.json' : 'ours.json')
}

/** What was recorded, by the rules of today for what varies; undefined where nothing was. */
export function readAnswer(each: Case, speaker: Speaker): Answer | undefined {
  const file = answerFile(each, speaker)
  if (!existsSync(file)) return undefined
  const answer = outcomeSchema.partial().parse(JSON.parse(stable(readFileSync(file, 'utf8'))))
  return {
    ...answer,
    ...(answer.stdout === undefined ? {} : { stdout: unhurried(answer.stdout) }),
    ...(answer.results === undefined ? {} : { results: tidied(answer.results) }),
  }
}

/** Cases that do not hold yet, with what is missing. */
export function pendingCases(): ReadonlyMap<string, string> {
  const listed = z.record(z.string(), z.string()).parse(parse(readFileSync(join(HERE, 'pending.yml'), 'utf8')) ?? {})
  return new Map(Object.entries(listed))
}
