import { dirname, join } from 'node:path'
import { main } from '../../runner/cli/main.ts'
import { testIo } from '../cli/_io.ts'
import { type ErrorCase, inFolder, type Said } from './_case.ts'

const ROOT = join(import.meta.dirname, '../..')
const FRAME = [/^PLAY /, /^ {4}(ok|changed) /, /^No hosts are left/]

/** What we say of a broken input, in this process. */
export function askOurs(each: ErrorCase): Promise<Said> {
  return inFolder(each, async (folder) => {
    const io = testIo({ env: { PATH: process.env['PATH'], HOME: '/root', NO_COLOR: '1' }, cwd: folder })
    const exit = await main(['play.yml', ...each.args], io)
    const lines = relative(`${io.out().replace(/\nRECAP [^]*/, '\n')}${io.err()}`, folder).split('\n')
    const said = lines.filter((line) => line.trim() !== '' && !FRAME.some((pattern) => pattern.test(line)))
    return { exit, lines: withoutWarning(said) }
  })
}

/** Paths from the folder of the case, and the program's own as where it is installed. */
function relative(text: string, folder: string): string {
  return text
    .replaceAll(ROOT, '/usr/lib/stackrun')
    .replaceAll(`${folder}/`, '')
    .replaceAll(folder, '.')
    .replaceAll(`${dirname(folder)}/`, '../')
}

/** Without an inventory both programs say that there is none, in whatever case. */
function withoutWarning(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => !/No inventory was parsed|provided hosts list is empty|waits for what an earlier run/.test(line))
    .map((line) => line.trimEnd())
}
