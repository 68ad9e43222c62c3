import type { Ansible } from '../../bench/ansible.ts'
import { type ErrorCase, inFolder, type Said } from './_case.ts'

const FRAME = [/^PLAY /, /^TASK /, /^RUNNING HANDLER /, / ok=\d+ +changed=\d+/, /^(ok|changed): /]
const EMPTY_INVENTORY = /^\[WARNING\]: (No inventory was parsed|provided hosts list is empty)/

/** What ansible-core says of a broken input. */
export function askAnsible(each: ErrorCase, ansible: Ansible, signal: AbortSignal): Promise<Said> {
  return inFolder(each, async (folder) => {
    const argv = [
      '/usr/bin/env',
      '-i',
      'PATH=/usr/bin:/bin',
      'HOME=/root',
      'LANG=C.UTF-8',
      'ansible-playbook',
      'play.yml',
      ...each.args,
    ] as const
    const { code, stdout, stderr } = await ansible.run([...argv], { signal, folders: [folder], cwd: folder, timeout: 120 })
    const said = `${stderr}${stdout}`.replaceAll(`${folder}/`, '').split('\n')
    return { exit: code, lines: said.filter(tells).map((line) => line.trimEnd()) }
  })
}

function tells(line: string): boolean {
  return line.trim() !== '' && !EMPTY_INVENTORY.test(line) && !FRAME.some((pattern) => pattern.test(line))
}
