import { existsSync, writeFileSync } from 'node:fs'
import { ensureAnsible } from '../../bench/ansible.ts'
import { answerFile, areas, type Case, casesOf } from './_case.ts'
import { askOurs } from './_ours.ts'
import { askAnsible } from './_reference.ts'

/**
 * Writes what ansible-core answers to the cases beside them: `npm run conformance:record [-- [--missing] [--ours] [AREA[/NAME]]…]`. Needs root.
 * Where a case differs on purpose, our own answer is written too; with --ours that one alone.
 */
const words = process.argv.slice(2)
const wanted = words.filter((word) => !word.startsWith('--'))
const signal = new AbortController().signal
const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
const ansible = await ensureAnsible({ signal, say })
for (const each of areas().flatMap(casesOf)) {
  if (wanted.length > 0 && !wanted.some((word) => each.id === word || each.id.startsWith(`${word}/`))) continue
  if (words.includes('--missing') && existsSync(answerFile(each, 'ansible'))) continue
  await record(each)
  say(each.id)
}

async function record(each: Case): Promise<void> {
  if (!words.includes('--ours')) write(answerFile(each, 'ansible'), await askAnsible(each, ansible, signal))
  const aspects = Object.keys(each.settings.differs)
  if (aspects.length === 0) return
  const ours = Object.entries(await askOurs(each)).filter(([aspect]) => aspects.includes(aspect))
  write(answerFile(each, 'ours'), Object.fromEntries(ours))
}

function write(file: string, outcome: unknown): void {
  writeFileSync(file, `${JSON.stringify(outcome, null, 1)}\n`)
}
