import { AREAS, CASE_LIST, type ErrorCase, type Said } from './_case.ts'

/** What both programs said of a case. */
export interface Answers {
  readonly ours: Said
  readonly theirs: Said
}

const HEAD = `# Errors, beside ansible-core's

Broken inputs, what \`run\` says of each, and what ansible-core 2.19 says of it. Written by \`npm run errors:record\`; the banners and the
recap of a run are left out, and of an answer the lines after the fortieth. A test runs each input again and compares what \`run\` says with this page.
`

/** docs/errors.md */
export function page(answers: (each: ErrorCase) => Answers): string {
  return [
    HEAD,
    summary(answers),
    ...AREAS.flatMap((area) => [`## ${area}\n`, ...ofArea(area).map((each) => section(each, answers(each)))]),
  ].join('\n')
}

function ofArea(area: string): readonly ErrorCase[] {
  return CASE_LIST.filter((each) => each.area === area)
}

function summary(answers: (each: ErrorCase) => Answers): string {
  const row = (name: string, cases: readonly ErrorCase[]): string => {
    const count = (side: keyof Answers): number => cases.reduce((sum, each) => sum + answers(each)[side].lines.length, 0)
    const placed = (side: keyof Answers): number => cases.filter((each) => hasPlace(answers(each)[side])).length
    const columns = [cases.length, count('ours'), count('theirs'), placed('ours'), placed('theirs')]
    return `| ${name} | ${columns.map(String).join(' | ')} |`
  }
  return [
    '| area | inputs | lines of ours | lines of ansible-core | with line and column, ours | ansible-core |',
    '|---|---|---|---|---|---|',
    ...AREAS.map((area) => row(area, ofArea(area))),
    row('all', CASE_LIST),
    '',
  ].join('\n')
}

/** Whether it names a file, a line and a column. */
export function hasPlace({ lines }: Said): boolean {
  return lines.some((line) => /[\w./-]+:\d+:\d+/.test(line))
}

function section(each: ErrorCase, { ours, theirs }: Answers): string {
  const args = each.args.length === 0 ? '' : ` (${each.args.join(' ')})`
  const files = Object.entries(each.files).map(([path, text]) => `\`\`\`\n# ${path}\n${text.trimEnd()}\n\`\`\``)
  return [
    `### ${each.name}${args}\n`,
    ...files,
    '',
    oursBlock(ours),
    '',
    `ansible-core, exit ${String(theirs.exit)}:\n`,
    block(theirs),
    '',
  ].join('\n')
}

/** The part of a section that a test compares. */
export function oursBlock(ours: Said): string {
  return `run, exit ${String(ours.exit)}:\n\n${block(ours)}`
}

function block({ lines }: Said): string {
  return `\`\`\`\n${lines.join('\n')}\n\`\`\``
}
