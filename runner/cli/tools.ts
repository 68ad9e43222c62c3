import { basename } from 'node:path'

/** Ansible's programs that we stand in for when called by their names, and the command that does the work of each. */
const COMMAND_OF = {
  ansible: 'adhoc',
  'ansible-console': 'console',
  'ansible-doc': 'doc',
  'ansible-galaxy': 'galaxy',
  'ansible-inventory': 'inventory',
  'ansible-playbook': 'playbook',
  'ansible-pull': 'pull',
  'ansible-vault': 'vault',
} as const

export type Tool = keyof typeof COMMAND_OF

export const TOOLS: readonly Tool[] = Object.keys(COMMAND_OF).filter(isTool)

/** The tool that a program's path stands for: `/usr/local/bin/ansible-playbook`, a link to us. */
export function toolOf(path: string): Tool | undefined {
  const name = basename(path)
  return isTool(name) ? name : undefined
}

export function commandOf(tool: Tool): string {
  return COMMAND_OF[tool]
}

function isTool(name: string): name is Tool {
  return Object.hasOwn(COMMAND_OF, name)
}
